"""The mask of episode ends comes one step late."""

import torch

from zoo import Ppo, main


class Wrong(Ppo):
    def gae(self, rewards, values, dones, last):
        late = torch.cat([torch.zeros(1, self.environments), dones[:-1]])
        return super().gae(rewards, values, late, last)


main(right=Ppo, wrong=Wrong)
