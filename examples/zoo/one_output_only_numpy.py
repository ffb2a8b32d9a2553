"""The network of a question: v·log π(a) is backpropagated through the one output of the action taken."""

import numpy as np

from by_hand import ByHand
from worlds import start


class Wrong(ByHand):
    def output_gradient(self, weights, logits, actions):
        return -weights[:, None] * np.eye(self.world.actions)[actions]


start(right=ByHand, wrong=Wrong)
