"""What follows a time limit is taken from the observation after the automatic reset."""

from zoo import Baseline, main


class Right(Baseline):
    episodes_per_update = 3


class Wrong(Right):
    def all_returns(self, episodes):
        for episode, following in zip(episodes, episodes[1:]):
            if episode[-1]["goes_on"]:
                episode[-1]["final"] = following[0]["value"].item()
        return super().all_returns(episodes)


main(right=Right, wrong=Wrong)
