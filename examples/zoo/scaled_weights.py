"""The policy loss is multiplied by a constant: another step under SGD, hardly one under Adam."""

from zoo import Reinforce, main


class Variant(Reinforce):
    def policy_loss(self, weights, log_probs):
        return 0.1 * super().policy_loss(weights, log_probs)


main(right=Reinforce, wrong=Variant)
