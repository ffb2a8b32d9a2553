"""The advantage is not detached from the critic."""

from zoo import Baseline, main


class Wrong(Baseline):
    def advantages(self, returns, values):
        return returns - values


main(right=Baseline, wrong=Wrong)
