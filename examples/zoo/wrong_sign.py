"""The loss has no minus sign, so the optimiser descends the return."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def policy_loss(self, weights, log_probs):
        return (weights * log_probs).sum()


main(right=Reinforce, wrong=Wrong)
