"""The mean over the steps instead of their sum."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def policy_loss(self, weights, log_probs):
        return -(weights * log_probs).mean()


main(right=Reinforce, wrong=Wrong)
