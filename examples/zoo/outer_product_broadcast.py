"""[T, 1] times [T] makes a T × T product."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def policy_loss(self, weights, log_probs):
        return -(weights * log_probs.unsqueeze(-1)).sum()


main(right=Reinforce, wrong=Wrong)
