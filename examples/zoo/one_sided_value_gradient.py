"""A clamp on the wrong side: the critic always moves the same way."""

from zoo import Baseline, main


class Wrong(Baseline):
    def value_loss(self, returns, values):
        return values.mean()


main(right=Baseline, wrong=Wrong)
