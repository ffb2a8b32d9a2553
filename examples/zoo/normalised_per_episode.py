"""Returns are normalised within one episode."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def advantages(self, returns, values):
        return (returns - returns.mean()) / (returns.std() + 1e-8)


main(right=Reinforce, wrong=Wrong)
