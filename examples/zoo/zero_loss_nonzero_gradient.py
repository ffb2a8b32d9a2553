"""Centred weights under a uniform policy: the loss is 0 by construction, the gradient is not."""

import torch

from zoo import Reinforce, main


class Uniform(Reinforce):
    """The last layer starts at 0, as is often done, and the first steps are too small to move it far."""

    beta, updates, episodes_per_update, rate = 0.0, 8, 3, 1e-12

    def build(self):
        super().build()
        torch.nn.init.zeros_(self.policy[-1].weight)
        torch.nn.init.zeros_(self.policy[-1].bias)


class Wrong(Uniform):
    def policy_loss(self, weights, log_probs):
        return super().policy_loss((weights - weights.mean()) / (weights.std() + 1e-8), log_probs)


main(right=Uniform, wrong=Wrong)
