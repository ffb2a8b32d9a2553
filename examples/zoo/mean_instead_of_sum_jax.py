"""jnp.mean over the steps where the rule has a sum."""

from in_jax import InJax
from worlds import start


class Wrong(InJax):
    def loss(self, logits, actions, weights):
        return super().loss(logits, actions, weights) / len(actions)


start(right=InJax, wrong=Wrong)
