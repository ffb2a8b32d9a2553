"""The entropy bonus is added to the loss."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def entropy_loss(self, entropies):
        return self.beta * entropies.sum()


main(right=Reinforce, wrong=Wrong)
