"""Every step is weighted with the whole episode's return, and with γᵗ: biased."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def returns(self, rewards, final):
        right = super().returns(rewards, final)
        return [right[0]] * len(right)


main(right=Reinforce, wrong=Wrong)
