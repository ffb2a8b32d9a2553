"""jax.grad of the objective instead of its negative, then a descent step."""

from in_jax import InJax
from worlds import start


class Wrong(InJax):
    def loss(self, logits, actions, weights):
        return -super().loss(logits, actions, weights)


start(right=InJax, wrong=Wrong)
