"""log π of the likeliest action, whatever was done."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def log_prob(self, distribution, action, observation):
        return distribution.log_prob(distribution.logits.argmax())


main(right=Reinforce, wrong=Wrong)
