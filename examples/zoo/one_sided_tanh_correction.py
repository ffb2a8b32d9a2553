"""A squashed Gaussian: ln π of sampling has the correction for tanh, that of the update has not."""

import torch

from zoo import Gaussian, main


class Squashed(Gaussian):
    """a = tanh(u): the update computes ln π again from the recorded action."""

    corrects_update = True

    def act(self, distribution):
        return distribution.sample().tanh()

    def density(self, distribution, action):
        return distribution.log_prob(action.atanh()).sum(-1)

    def correction(self, action):
        return torch.log(1 - action**2).sum(-1)

    def log_prob(self, distribution, action, observation):
        return self.density(distribution, action) - self.correction(action)

    def log_probs(self, steps):
        again = torch.stack([self.density(self.distribution(step["heads"]), step["action"]) for step in steps])
        return again - self.correction(torch.stack([step["action"] for step in steps])) if self.corrects_update else again


class Wrong(Squashed):
    corrects_update = False


main(right=Squashed, wrong=Wrong)
