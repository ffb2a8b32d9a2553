"""What the peers share: settings and results as JSON, networks, environments, and the end of a training."""

import json
import sys
import time

import gymnasium
import numpy
import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class Settings:
    """The settings of one training as attributes, from a JSON object; `numbers` are those that the loss text names."""

    def __init__(self, fields):
        self.__dict__.update(fields)


class Log:
    """Returns of the episodes that ended, and whether the training is at its end."""

    def __init__(self, settings):
        self.settings = settings
        self.returns, self.at, self.steps, self.solved_after = [], [], 0, None
        self.started = time.perf_counter()

    def end_episode(self, total):
        self.returns.append(float(total))
        self.at.append(self.steps)
        target = self.settings.solved_at
        last = self.returns[-100:]
        if self.solved_after is None and target is not None and len(last) == 100 and sum(last) / 100 >= target:
            self.solved_after = len(self.returns)

    @property
    def is_done(self):
        if self.settings.steps is not None:
            return self.steps >= self.settings.steps
        return self.solved_after is not None or len(self.returns) >= self.settings.most_episodes

    def print(self):
        seconds = time.perf_counter() - self.started
        result = {"returns": self.returns, "at": self.at, "steps": self.steps, "solved_after": self.solved_after}
        json.dump({**result, "seconds": seconds, "torch": torch.__version__}, sys.stdout)


def network(inputs, hidden, outputs, settings):
    """A dense network, initialised as torch.nn.Linear is."""
    sizes = [inputs, *hidden]
    layers = []
    for size, following in zip(sizes, sizes[1:]):
        layers += [nn.Linear(size, following, bias=settings.bias), ACTIVATIONS[settings.activation]()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs, bias=settings.bias))


class Policy(nn.Module):
    """A categorical policy, or a diagonal Gaussian with its deviations from the network or free."""

    def __init__(self, space, inputs, settings):
        super().__init__()
        self.is_discrete = isinstance(space, gymnasium.spaces.Discrete)
        size = int(space.n) if self.is_discrete else int(numpy.prod(space.shape))
        is_free = not self.is_discrete and settings.sigma == "parameter"
        self.network = network(inputs, settings.hidden, size if self.is_discrete or is_free else 2 * size, settings)
        self.log_sigma = nn.Parameter(torch.zeros(size)) if is_free else None

    def forward(self, seen):
        outputs = self.network(seen)
        if self.is_discrete:
            return torch.distributions.Categorical(logits=outputs)
        if self.log_sigma is not None:
            return Independent(outputs, self.log_sigma.exp().expand_as(outputs))
        mean, log_sigma = outputs.chunk(2, -1)
        return Independent(mean, log_sigma.exp())


def Independent(mean, sigma):
    return torch.distributions.Independent(torch.distributions.Normal(mean, sigma), 1)


def make_environments(settings):
    """The environments as a vector that starts the next episode with the step that ends one, and the size of an observation."""
    mode = gymnasium.vector.AutoresetMode.SAME_STEP
    vector = gymnasium.make_vec(
        settings.environment,
        num_envs=settings.environments,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": mode},
    )
    space = vector.single_observation_space
    return vector, int(space.n) if isinstance(space, gymnasium.spaces.Discrete) else int(numpy.prod(space.shape))


def to_tensor(observations, size):
    """Observations [N, size] as float32; of states that are numbered, one-hot rows."""
    seen = torch.as_tensor(numpy.asarray(observations))
    if seen.is_floating_point():
        return seen.float().reshape(-1, size)
    return nn.functional.one_hot(seen.long(), size).float()


def make_optimiser(policy, value, settings):
    groups = [{"params": list(policy.parameters()), "lr": settings.learning_rate}]
    if value is not None:
        groups.append({"params": list(value.parameters()), "lr": settings.value_learning_rate or settings.learning_rate})
    if settings.optimiser == "sgd":
        return torch.optim.SGD(groups)
    return torch.optim.Adam(groups, eps=settings.adam_epsilon)


def descend(loss, optimiser, settings):
    optimiser.zero_grad()
    loss.backward()
    if settings.clip_norm is not None:
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(parameters, settings.clip_norm)
    optimiser.step()


def start():
    """Reads the settings of standard input, and seeds everything from them."""
    settings = Settings(json.load(sys.stdin))
    # Networks of this size are slower on more threads, and another training runs beside.
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    numpy.random.seed(settings.seed)
    return settings
