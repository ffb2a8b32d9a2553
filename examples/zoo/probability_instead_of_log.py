"""π stands where ln π is meant."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def policy_loss(self, weights, log_probs):
        return -(weights * log_probs.exp()).sum()


main(right=Reinforce, wrong=Wrong)
