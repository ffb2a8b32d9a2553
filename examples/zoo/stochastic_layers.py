"""Dropout: log π is of another forward pass than the one that acted."""

import torch

from zoo import Reinforce, main


class Wrong(Reinforce):
    def build(self):
        super().build()
        self.policy.insert(2, torch.nn.Dropout(0.4))

    def log_prob(self, distribution, action, observation):
        return self.distribution(self.heads(observation)).log_prob(action)


main(right=Reinforce, wrong=Wrong)
