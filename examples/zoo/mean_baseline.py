"""The mean of an episode's own returns is the baseline."""

from zoo import Reinforce, main


class Variant(Reinforce):
    def advantages(self, returns, values):
        return returns - returns.mean()


main(right=Reinforce, wrong=Variant)
