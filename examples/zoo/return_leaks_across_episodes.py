"""The running sum is not reset where an episode ends."""

from zoo import Reinforce, main


class Right(Reinforce):
    episodes_per_update = 3


class Wrong(Right):
    def all_returns(self, episodes):
        return self.returns([step["reward"] for episode in episodes for step in episode], 0.0)


main(right=Right, wrong=Wrong)
