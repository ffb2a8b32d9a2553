"""Returns by cumsum: from the first step to the last, in NumPy."""

import numpy as np

from by_hand import ByHand
from worlds import start


class Wrong(ByHand):
    def returns(self, rewards):
        found = np.zeros(len(rewards))
        for t, reward in enumerate(rewards):
            found[t] = reward + (self.gamma * found[t - 1] if t > 0 else 0.0)
        return found


start(right=ByHand, wrong=Wrong)
