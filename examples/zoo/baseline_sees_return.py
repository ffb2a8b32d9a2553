"""The baseline is moved towards the return before it is subtracted."""

from zoo import Baseline, main


class Wrong(Baseline):
    def advantages(self, returns, values):
        moved = values + 0.3 * (returns - values)
        return returns - moved.detach()


main(right=Baseline, wrong=Wrong)
