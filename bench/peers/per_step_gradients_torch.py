"""Per-step gradient norms and their sum by torch.func vmap(grad): 4-128-2, T steps, float32. Prints the median in ms."""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

steps = int(sys.argv[1])
torch.manual_seed(1)
policy = nn.Sequential(nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 2))
parameters = {name: value.detach() for name, value in policy.named_parameters()}
observations = torch.randn(steps, 4)
actions = torch.randint(0, 2, (steps,))
weights = torch.rand(steps)


def step_loss(parameters, observation, action, weight):
    logits = functional_call(policy, parameters, (observation,))
    return -weight * torch.log_softmax(logits, -1).gather(0, action[None]).squeeze()


def measure():
    gradients = vmap(grad(step_loss), in_dims=(None, 0, 0, 0))(parameters, observations, actions, weights)
    norms = torch.sqrt(sum(value.flatten(1).square().sum(1) for value in gradients.values()))
    total = {name: value.sum(0) for name, value in gradients.items()}
    return norms, total


for _ in range(5):
    measure()
times = []
for _ in range(30):
    started = time.perf_counter()
    measure()
    times.append((time.perf_counter() - started) * 1000)
print(json.dumps({"milliseconds": statistics.median(times), "torch": torch.__version__, "threads": torch.get_num_threads()}))
