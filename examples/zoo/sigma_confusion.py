"""The variance is given where the standard deviation is meant."""

import torch

from zoo import Gaussian, main


class Wrong(Gaussian):
    def log_prob(self, distribution, action, observation):
        return torch.distributions.Normal(distribution.mean, distribution.variance).log_prob(action).sum(-1)


main(right=Gaussian, wrong=Wrong)
