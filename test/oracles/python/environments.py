"""Episodes from Gymnasium, step by step, of every classic environment, and the transitions of the grid worlds."""

import warnings

import gymnasium
import numpy

from common import main

warnings.filterwarnings("ignore")

RESETS = {
    "CartPole-v0": lambda rng: [rng.uniform(-0.05, 0.05) for _ in range(4)],
    "CartPole-v1": lambda rng: [rng.uniform(-0.05, 0.05) for _ in range(4)],
    "Acrobot-v1": lambda rng: [rng.uniform(-0.1, 0.1) for _ in range(4)],
    "MountainCar-v0": lambda rng: [rng.uniform(-1.2, 0.45), rng.uniform(-0.07, 0.07)],
    "MountainCarContinuous-v0": lambda rng: [rng.choice([-0.5, rng.uniform(-1.2, 0.4)]), rng.uniform(-0.07, 0.07)],
    "Pendulum-v1": lambda rng: [rng.uniform(-4, 4), rng.uniform(-8, 8)],
}
GRIDS = {
    "FrozenLake-v1": {},
    "FrozenLake8x8-v1": {},
    "FrozenLakeNotSlippery-v1": {"id": "FrozenLake-v1", "is_slippery": False},
    "CliffWalking-v1": {},
    "CliffWalkingSlippery-v1": {},
}


def act(rng, name, kind, state, t):
    """A random action, one that gets far, or always the same; real-valued ones go beyond their bounds too."""
    if name.startswith("CartPole"):
        x, x_dot, angle, angle_dot = state
        balance = int(angle + 0.5 * angle_dot + 0.05 * x + 0.1 * x_dot > 0)
        return {"random": rng.randrange(2), "far": balance, "same": 1}[kind]
    if name == "Acrobot-v1":
        return {"random": rng.randrange(3), "far": 2 if state[3] > 0 else 0, "same": 2}[kind]
    if name == "MountainCar-v0":
        return {"random": rng.randrange(3), "far": 2 if state[1] >= 0 else 0, "same": 0}[kind]
    if name == "MountainCarContinuous-v0":
        return {"random": rng.uniform(-1.5, 1.5), "far": 1.2 if state[1] >= 0 else -1.0, "same": -2.0}[kind]
    return {"random": rng.uniform(-3, 3), "far": -2 * state[1], "same": 2.0}[kind]


def draw_episode(rng, name):
    environment = gymnasium.make(name)
    environment.reset(seed=rng.randrange(2**31))
    initial = RESETS[name](rng)
    dtype = numpy.float32 if name == "Acrobot-v1" else numpy.float64
    environment.unwrapped.state = numpy.array(initial, dtype=dtype)
    initial = [float(value) for value in environment.unwrapped.state]
    is_box = isinstance(environment.action_space, gymnasium.spaces.Box)
    kind = rng.choice(["random", "far", "far", "same"])
    state, steps = initial, []
    while True:
        action = act(rng, name, kind, state, len(steps))
        if is_box:
            action = numpy.array([action], dtype=numpy.float32)
        observation, reward, terminated, truncated, _ = environment.step(action)
        state = [float(value) for value in environment.unwrapped.state]
        steps.append(
            {
                "action": float(action[0]) if is_box else int(action),
                "state": state,
                "observation": [float(value) for value in observation],
                "reward": float(reward),
                "terminated": bool(terminated),
                "truncated": bool(truncated),
            }
        )
        if terminated or truncated:
            return {"environment": name, "kind": kind, "initial_state": initial, "steps": steps}


def grid(name, options):
    """What Gymnasium says of a grid world: time limit, threshold, start, and every transition."""
    options = dict(options)
    environment = gymnasium.make(options.pop("id", name), **options)
    table = environment.unwrapped.P
    return {
        "environment": name,
        "time_limit": environment.spec.max_episode_steps,
        "start": int(environment.unwrapped.initial_state_distrib.argmax()),
        "transitions": [
            [
                [[float(p), int(cell), float(reward), bool(ends)] for p, cell, reward, ends in table[state][action]]
                for action in range(environment.action_space.n)
            ]
            for state in range(environment.observation_space.n)
        ],
    }


def facts(name):
    """Spaces, time limit and threshold of a registered environment."""
    environment = gymnasium.make(name)
    bounds = {"observation": environment.observation_space, "action": environment.action_space}
    boxes = {key: space for key, space in bounds.items() if isinstance(space, gymnasium.spaces.Box)}
    return {
        "environment": name,
        "time_limit": environment.spec.max_episode_steps,
        "solved_at": environment.spec.reward_threshold,
        "low": {key: [float(x) for x in space.low] for key, space in boxes.items()},
        "high": {key: [float(x) for x in space.high] for key, space in boxes.items()},
    }


def make(rng, count):
    return {
        "episodes": [draw_episode(rng, name) for name in RESETS for _ in range(count)],
        "grids": [grid(name, options) for name, options in GRIDS.items()],
        "facts": [facts(name) for name in [*RESETS, "FrozenLake-v1", "FrozenLake8x8-v1"]],
    }


main(make)
