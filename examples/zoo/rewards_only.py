"""A step is credited with its own reward only."""

from zoo import Gaussian, main


class Wrong(Gaussian):
    def returns(self, rewards, final):
        return rewards


main(right=Gaussian, wrong=Wrong)
