"""The entropy is computed under no_grad."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def entropy_loss(self, entropies):
        return -self.beta * entropies.detach().sum()


main(right=Reinforce, wrong=Wrong)
