"""mean(log π) · sum(w) instead of the sum of products."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def policy_loss(self, weights, log_probs):
        return -log_probs.mean() * weights.sum()


main(right=Reinforce, wrong=Wrong)
