"""The clipped surrogate alone, without the minimum."""

from zoo import Ppo, main


class Wrong(Ppo):
    def surrogate(self, advantages, ratio):
        return (advantages * ratio.clamp(1 - self.epsilon, 1 + self.epsilon)).mean()


main(right=Ppo, wrong=Wrong)
