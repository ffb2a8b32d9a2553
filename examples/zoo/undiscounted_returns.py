"""The returns are sums of rewards without discount, although γ < 1 is recorded and γᵗ stands before them."""

from zoo import Reinforce, main


class Variant(Reinforce):
    def returns(self, rewards, final):
        return [sum(rewards[t:]) for t in range(len(rewards))]


main(right=Reinforce, wrong=Variant)
