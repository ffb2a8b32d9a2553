"""One-step actor-critic (13.5) whose target r + γV(s') carries gradient into the critic."""

import torch

from zoo import Baseline, main


class ActorCritic(Baseline):
    def targets(self, returns, values):
        """r + γV(s'); the last step's return is r, or r + γV(final observation)."""
        return torch.cat([1.0 + self.gamma * values[1:], returns[-1:]])

    def advantages(self, returns, values):
        return (self.targets(returns, values) - values).detach()

    def value_loss(self, returns, values):
        return 0.5 * ((self.targets(returns, values).detach() - values) ** 2).mean()


class Wrong(ActorCritic):
    def value_loss(self, returns, values):
        return 0.5 * ((self.targets(returns, values) - values) ** 2).mean()


main(right=ActorCritic, wrong=Wrong)
