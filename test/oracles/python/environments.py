"""CartPole-v1 episodes from Gymnasium: state, action, then state, observation, reward and flags, step by step."""

import warnings

import gymnasium
import numpy

from common import main

warnings.filterwarnings("ignore")


def act(rng, kind, state):
    """A random action, one that keeps the pole up for long, or always the same."""
    if kind == "random":
        return rng.randrange(2)
    if kind == "balance":
        x, x_dot, angle, angle_dot = state
        return int(angle + 0.5 * angle_dot + 0.05 * x + 0.1 * x_dot > 0)
    return 1


def draw_episode(rng):
    environment = gymnasium.make("CartPole-v1")
    environment.reset(seed=rng.randrange(2**31))
    initial = [rng.uniform(-0.05, 0.05) for _ in range(4)]
    environment.unwrapped.state = numpy.array(initial, dtype=numpy.float64)
    kind = rng.choice(["random", "balance", "balance", "same"])
    state, steps = initial, []
    while True:
        action = act(rng, kind, state)
        observation, reward, terminated, truncated, _ = environment.step(action)
        state = [float(value) for value in environment.unwrapped.state]
        steps.append(
            {
                "action": action,
                "state": state,
                "observation": [float(value) for value in observation],
                "reward": float(reward),
                "terminated": bool(terminated),
                "truncated": bool(truncated),
            }
        )
        if terminated or truncated:
            return {"kind": kind, "initial_state": initial, "steps": steps}


def make(rng, count):
    return {"episodes": [draw_episode(rng) for _ in range(count)]}


main(make)
