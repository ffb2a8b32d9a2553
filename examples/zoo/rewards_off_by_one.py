"""The list of rewards starts with 0: every step uses the reward of the one before."""

from zoo import Gaussian, main


class Wrong(Gaussian):
    def rewards(self, rewards):
        return [0.0] + rewards[:-1]


main(right=Gaussian, wrong=Wrong)
