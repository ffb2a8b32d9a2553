"""The action is clipped before its log π is taken."""

from zoo import Gaussian, main


class Wrong(Gaussian):
    def act(self, distribution):
        return distribution.sample().clamp(-0.5, 0.5)


main(right=Gaussian, wrong=Wrong)
