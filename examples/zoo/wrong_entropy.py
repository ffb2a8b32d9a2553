"""The mean over the actions instead of the sum."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def entropy(self, distribution, log_prob):
        return -(distribution.probs * distribution.logits).mean(-1)


main(right=Reinforce, wrong=Wrong)
