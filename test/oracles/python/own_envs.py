"""Environments that misbehave, each in its own way, and spaces of every kind: what a user's own module may hold."""

import os
import sys

import gymnasium as gym
import numpy as np
from gymnasium import spaces


class Own(gym.Env):
    """Ends after three steps; `trouble` happens in the third."""

    observation_space = spaces.Box(-10, 10, (2,), np.float32)
    action_space = spaces.Discrete(2)

    def __init__(self, trouble="none", observation=None, action=None):
        self.trouble = trouble
        self.observation_space = observation or self.observation_space
        self.action_space = action or self.action_space
        self.time = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if self.time > 0 and self.trouble == "reset":
            raise RuntimeError("no second time")
        self.time = 0
        print("an environment that prints")
        return self.observe(), {}

    def observe(self):
        if isinstance(self.observation_space, spaces.Box) and self.observation_space.shape == (2,):
            return np.array([self.time, self.np_random.integers(5)], dtype=np.float32)
        return self.observation_space.sample()

    def step(self, action):
        self.time += 1
        if self.time == 3 and self.trouble == "raise":
            raise ValueError("the wheel came off")
        if self.time == 3 and self.trouble == "exit":
            sys.stderr.write("Fatal: out of oil\n")
            sys.stderr.flush()
            os._exit(7)
        observation = self.observe()
        if self.time == 3 and self.trouble == "nan":
            observation[1] = np.nan
        return observation, float(np.sum(action)), self.time >= 3, False, {}


def add(name, **options):
    gym.register(name, entry_point=Own, max_episode_steps=5, kwargs=options, disable_env_checker=True)


add("Fine-v0")
add("Raises-v0", trouble="raise")
add("RaisesInReset-v0", trouble="reset")
add("Exits-v0", trouble="exit")
add("NotANumber-v0", trouble="nan")
add("Image-v0", observation=spaces.Box(0, 255, (4, 3, 2), np.uint8))
add("Several-v0", observation=spaces.MultiDiscrete([3, 2]), action=spaces.MultiDiscrete([2, 3]))
add("Bits-v0", observation=spaces.MultiBinary(4), action=spaces.MultiBinary(3))
add("Shifted-v0", observation=spaces.Discrete(4, start=-2), action=spaces.Discrete(3, start=5))
add("Boxes-v0", action=spaces.Box(np.array([-1, -2], np.float32), np.array([1, 2], np.float32)))
add("Dict-v0", observation=spaces.Dict({"x": spaces.Discrete(2)}))
add("Text-v0", action=spaces.Text(5))
add("TooMany-v0", action=spaces.MultiBinary(20))
add("Whole-v0", action=spaces.Box(0, 5, (2,), np.int64))
