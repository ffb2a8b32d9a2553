"""The mean over the action's dimensions instead of the sum."""

from zoo import Gaussian, main


class Right(Gaussian):
    action_dims = 2


class Wrong(Right):
    def log_prob(self, distribution, action, observation):
        return distribution.log_prob(action).mean(-1)


main(right=Right, wrong=Wrong)
