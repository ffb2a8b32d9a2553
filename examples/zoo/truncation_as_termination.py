"""A time limit is treated as the end of the task."""

from zoo import Baseline, main


class Wrong(Baseline):
    def returns(self, rewards, final):
        return super().returns(rewards, 0.0)


main(right=Baseline, wrong=Wrong)
