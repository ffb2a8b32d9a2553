"""Full updates in PyTorch (forward, policy-gradient loss, backward, Adam), float32, and per-step norms by vmap(grad).

Reads a JSON list of [hidden sizes, steps, "update" | "norms"] from the first argument; prints one list of median
milliseconds.
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.func import functional_call, grad, vmap


def network(hidden):
    sizes = [4, *hidden, 2]
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def batch(steps):
    return torch.randn(steps, 4), torch.randint(0, 2, (steps,)), torch.rand(steps)


def update(hidden, steps):
    policy = network(hidden)
    optimiser = torch.optim.Adam(policy.parameters(), lr=1e-3)
    observations, actions, weights = batch(steps)

    def once():
        log_probs = torch.log_softmax(policy(observations), -1).gather(1, actions[:, None]).squeeze(1)
        loss = -(weights * log_probs).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return once


def norms(hidden, steps):
    policy = network(hidden)
    parameters = {name: value.detach() for name, value in policy.named_parameters()}
    observations, actions, weights = batch(steps)

    def step_loss(parameters, observation, action, weight):
        logits = functional_call(policy, parameters, (observation,))
        return -weight * torch.log_softmax(logits, -1).gather(0, action[None]).squeeze()

    def once():
        rows = 500
        total = None
        for start in range(0, steps, rows):
            part = slice(start, start + rows)
            gradients = vmap(grad(step_loss), in_dims=(None, 0, 0, 0))(
                parameters, observations[part], actions[part], weights[part]
            )
            torch.sqrt(sum(value.flatten(1).square().sum(1) for value in gradients.values()))
            sums = [value.sum(0) for value in gradients.values()]
            total = sums if total is None else [old + new for old, new in zip(total, sums)]
        return total

    return once


def measure(once):
    for _ in range(2):
        once()
    times = []
    until = time.perf_counter() + 1
    while len(times) < 3 or (time.perf_counter() < until and len(times) < 200):
        started = time.perf_counter()
        once()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


torch.manual_seed(1)
kinds = {"update": update, "norms": norms}
milliseconds = [measure(kinds[kind](hidden, steps)) for hidden, steps, kind in json.loads(sys.argv[1])]
print(json.dumps({"milliseconds": milliseconds, "torch": torch.__version__, "threads": torch.get_num_threads()}))
