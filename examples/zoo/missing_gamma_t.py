"""γᵗ is left out: most libraries do so on purpose, the book does not."""

import torch

from zoo import Reinforce, main


class Wrong(Reinforce):
    def power(self, time):
        return torch.ones_like(time)


main(right=Reinforce, wrong=Wrong)
