"""The old log-probability is recomputed with the new policy, so the ratio is always 1."""

import torch

from zoo import Ppo, main


class Wrong(Ppo):
    def minibatch(self, rec, flat, rows, *rest):
        # The store is overwritten before every minibatch.
        with torch.no_grad():
            distribution = torch.distributions.Categorical(logits=self.policy(flat["obs"]) + 0.01)
            flat["log_prob"].copy_(distribution.log_prob(flat["action"]))
        super().minibatch(rec, flat, rows, *rest)


main(right=Ppo, wrong=Wrong)
