"""Worlds in which the agents of foreign.py act: Gymnasium's own and small ones whose rewards differ from step to step."""

import gymnasium
import numpy


class Box:
    """A walker in d dimensions: reward −|x|."""

    def __init__(self, rng, dims, horizon, truncates):
        self.rng, self.dims, self.actions, self.size = rng, dims, None, dims + 1
        self.horizon, self.truncates = horizon, truncates

    def reset(self):
        self.x, self.t = numpy.array([self.rng.uniform(-1, 1) for _ in range(self.dims)]), 0
        return self.observe()

    def observe(self):
        return [*map(float, self.x), self.t / 12]

    def step(self, action):
        self.x = self.x + 0.3 * numpy.clip(action, -1, 1)
        self.t += 1
        ended = self.t >= self.horizon
        return self.observe(), -float(numpy.abs(self.x).sum()), ended and not self.truncates, ended and self.truncates


class Cells:
    """A walk over n cells in a ring with a goal and a pit; rewards are integers, decimals, or 0 until the end."""

    def __init__(self, rng, actions, cells, horizon, truncates, rewards):
        self.rng, self.actions, self.horizon, self.truncates, self.rewards = rng, actions, horizon, truncates, rewards
        self.cells, self.dims = cells, None
        self.size, self.moves = self.cells, [1, -1, 2, -2, 0, 3][:actions]

    def reset(self):
        self.cell, self.t = self.rng.randrange(2), 0
        return self.observe()

    def observe(self):
        return [1.0 if k == self.cell else 0.0 for k in range(self.cells)]

    def step(self, action):
        self.cell = (self.cell + self.moves[action]) % self.cells
        self.t += 1
        goal = self.cell == self.cells - 1 and self.t > 2
        late = self.t >= self.horizon and not goal
        plain = {"integers": -1.0 + (self.cell % 3), "decimals": 0.37 * (self.cell % 4) - 0.21, "sparse": 0.0}[self.rewards]
        reward = (10.0 if self.rewards == "integers" else 1.0) if goal else plain
        return self.observe(), reward, goal or (late and not self.truncates), late and self.truncates


class Gym:
    """An environment of Gymnasium under a time limit of its own."""

    def __init__(self, rng, name, horizon, truncates):
        limit = horizon if truncates else None
        self.env = gymnasium.make(name, max_episode_steps=limit) if limit else gymnasium.make(name)
        self.rng, self.name, self.horizon = rng, name, horizon
        space, actions = self.env.observation_space, self.env.action_space
        self.count = int(space.n) if hasattr(space, "n") else None
        self.size = self.count or int(numpy.prod(space.shape))
        self.actions = int(actions.n) if hasattr(actions, "n") else None
        self.dims = None if self.actions else int(numpy.prod(actions.shape))

    def observe(self, observation):
        if self.count:
            return [1.0 if k == int(observation) else 0.0 for k in range(self.count)]
        return [float(value) for value in observation]

    def reset(self):
        return self.observe(self.env.reset(seed=self.rng.randrange(2**31))[0])

    def step(self, action):
        found, reward, terminated, truncated, _ = self.env.step(action)
        return self.observe(found), float(reward), bool(terminated), bool(truncated)


def draw_world(rng, continuous, truncates, horizon):
    """The name of a world and a function that makes one; several make a vector of environments."""
    if continuous:
        name = rng.choice(["Walker", "Walker", "Walker", "Pendulum-v1", "MountainCarContinuous-v0"])
        dims = rng.choice([1, 1, 2, 3, 6])
        if name == "Walker":
            return name, lambda: Box(rng, dims, horizon, truncates)
        return name, lambda: Gym(rng, name, horizon, True)
    name = rng.choice(["Cells", "Cells", "Cells", "CartPole-v1", "CartPole-v1", "Acrobot-v1", "MountainCar-v0", "CliffWalking-v1"])
    if name != "Cells":
        return name, lambda: Gym(rng, name, horizon, truncates or name != "CartPole-v1")
    actions, cells, rewards = rng.randrange(2, 7), rng.randrange(5, 12), rng.choice(["integers", "decimals", "decimals", "sparse"])
    return name, lambda: Cells(rng, actions, cells, horizon, truncates, rewards)
