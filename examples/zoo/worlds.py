"""The two small worlds of the zoo, and how its scripts are started."""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import pgtrace  # noqa: E402


class Reach:
    """x' = x + 0.3·clip(a, −1, 1), reward −|x'|, a horizon of 12 steps."""

    size, dims = 2, 1

    def __init__(self, rng, dims=1, time_limit=False):
        self.rng, self.dims, self.size, self.time_limit = rng, dims, dims + 1, time_limit

    def reset(self):
        self.x, self.t = [self.rng.uniform(-1, 1) for _ in range(self.dims)], 0
        return [*self.x, 0.0]

    def step(self, action):
        self.x = [x + 0.3 * max(-1.0, min(1.0, float(a))) for x, a in zip(self.x, action)]
        self.t += 1
        ended = self.t == 12
        observation = [*self.x, 0.0 if self.time_limit else self.t / 12]
        return observation, -sum(map(abs, self.x)), ended and not self.time_limit, ended and self.time_limit


class CartPole:
    size, actions = 4, 2

    def __init__(self, rng, limit=500):
        import gymnasium

        self.rng, self.env = rng, gymnasium.make("CartPole-v1", max_episode_steps=limit)

    def reset(self):
        return self.env.reset(seed=self.rng.randrange(2**31))[0].tolist()

    def step(self, action):
        observation, reward, terminated, truncated, _ = self.env.step(int(action))
        return observation.tolist(), reward, terminated, truncated


def start(right, wrong):
    """Trains the wrong program, or with --right its twin, and records it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--right", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = (right if options.right else wrong)(options.seed)
    environment = {CartPole: "CartPole-v1", Reach: "Reach"}[type(program.world)]
    with pgtrace.open(options.out, environment=environment, gamma=program.gamma, **program.header) as rec:
        program.train(rec)
