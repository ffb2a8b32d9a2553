"""The actor lags one update behind: log π is not of the policy that acted."""

import copy

import torch

from zoo import Reinforce, main


class Wrong(Reinforce):
    acting, beta = None, 0.0

    def heads(self, observation):
        with torch.no_grad():
            policy = self.policy if self.acting is None else self.acting
            return {"logits": policy(torch.tensor(observation))}

    def log_prob(self, distribution, action, observation):
        return self.distribution({"logits": self.policy(torch.tensor(observation))}).log_prob(action)

    def step_optimiser(self, loss):
        self.acting = copy.deepcopy(self.policy)
        super().step_optimiser(loss)


main(right=Reinforce, wrong=Wrong)
