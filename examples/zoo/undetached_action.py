"""rsample() lets gradient through the action."""

from zoo import Gaussian, main


class Wrong(Gaussian):
    def act(self, distribution):
        return distribution.rsample()


main(right=Gaussian, wrong=Wrong)
