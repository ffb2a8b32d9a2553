"""Nobody calls zero_grad."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def step_optimiser(self, loss):
        loss.backward()
        self.optimiser.step()


main(right=Reinforce, wrong=Wrong)
