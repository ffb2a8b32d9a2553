"""The policy steps twice on the same episode: the second log π is not of the policy that acted."""

import copy

import torch

from zoo import Reinforce, main


class Wrong(Reinforce):
    acting = None

    def heads(self, observation):
        with torch.no_grad():
            policy = self.policy if self.acting is None else self.acting
            return {"logits": policy(torch.tensor(observation))}

    def log_prob(self, distribution, action, observation):
        return self.distribution({"logits": self.policy(torch.tensor(observation))}).log_prob(action)

    def step_optimiser(self, loss):
        self.acting = copy.deepcopy(self.policy)   # the actor lags one update behind
        super().step_optimiser(loss)


main(right=Reinforce, wrong=Wrong)
