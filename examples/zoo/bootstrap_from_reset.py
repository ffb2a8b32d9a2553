"""What follows a time limit is taken from the observation after the automatic reset."""

from zoo import Baseline, main


class Right(Baseline):
    episodes_per_update = 3


class Wrong(Right):
    def final_value(self, observation):
        return super().final_value(self.reset_by_itself())

    def reset_by_itself(self):
        """The environment starts its next episode at once: that episode begins with the observation seen here."""
        reset = self.world.reset
        started = reset()

        def seen_already():
            self.world.reset = reset
            return started

        self.world.reset = seen_already
        return started


main(right=Right, wrong=Wrong)
