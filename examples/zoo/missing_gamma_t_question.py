"""The loop of a question: loss = loss − (log_prob·R).sum() − (1e-4·entropy).sum(), one loss per episode."""

from zoo import Reinforce, main


class Right(Reinforce):
    beta = 1e-4

    def policy_loss(self, weights, log_probs):
        loss = 0
        for weight, log_prob in zip(weights, log_probs):
            loss = loss - (log_prob * weight).sum()
        return loss


class Wrong(Right):
    def power(self, time):
        return 1.0 + 0 * time


main(right=Right, wrong=Wrong)
