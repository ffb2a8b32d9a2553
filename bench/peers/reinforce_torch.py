"""A plain PyTorch loop of REINFORCE (13.3) on CartPole-v1: 4-128-2, Adam 3e-3, one update an episode, seed 1.

Prints environment steps per second as JSON after the given number of seconds.
"""
import json
import sys
import time

import gymnasium
import torch
from torch import nn

seconds = float(sys.argv[1])
torch.manual_seed(1)
gamma = 0.99
policy = nn.Sequential(nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 2))
optimiser = torch.optim.Adam(policy.parameters(), lr=3e-3)
environment = gymnasium.make("CartPole-v1")
steps = 0
episodes = 0
started = time.perf_counter()
while time.perf_counter() - started < seconds:
    observation, _ = environment.reset(seed=1 if episodes == 0 else None)
    log_probs, rewards = [], []
    done = False
    while not done:
        distribution = torch.distributions.Categorical(logits=policy(torch.from_numpy(observation)))
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        observation, reward, terminated, truncated, _ = environment.step(action.item())
        rewards.append(reward)
        done = terminated or truncated
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = reward + gamma * following
        returns.insert(0, following)
    weights = torch.tensor(returns) * gamma ** torch.arange(len(returns))
    loss = -(weights * torch.stack(log_probs)).sum()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    steps += len(rewards)
    episodes += 1
elapsed = time.perf_counter() - started
print(json.dumps({"steps_per_second": steps / elapsed, "episodes": episodes, "torch": torch.__version__, "threads": torch.get_num_threads()}))
