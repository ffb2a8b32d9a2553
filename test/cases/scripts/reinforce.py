"""REINFORCE with a learned baseline's twin left out: vectors over one episode."""

import random
import sys

import pgtrace
import torch
from torch import nn
from worlds import CartPole

gamma = 0.97
beta = 0.01
torch.manual_seed(4)
world = CartPole(random.Random(4))
policy = nn.Sequential(nn.Linear(world.size, 24), nn.Tanh(), nn.Linear(24, world.actions))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
rec = pgtrace.open(sys.argv[1], gamma=gamma)


def returns_of(rewards):
    returns, G = [], 0.0
    for r in reversed(rewards):
        G = r + gamma * G
        returns.insert(0, G)
    return torch.tensor(returns)


for _ in range(12):
    obs, done = world.reset(), False
    log_probs, entropies, rewards = [], [], []
    while not done:
        logits = policy(torch.tensor(obs))
        dist = torch.distributions.Categorical(logits=logits)
        action = dist.sample()
        log_prob = dist.log_prob(action)
        entropy = dist.entropy()
        following, reward, terminated, truncated = world.step(action)
        rec.step(obs=obs, action=action, reward=reward, terminated=terminated, truncated=truncated,
                 logits=logits, log_prob=log_prob, entropy=entropy)
        log_probs.append(log_prob)
        entropies.append(entropy)
        rewards.append(reward)
        obs, done = following, terminated or truncated
    log_probs, entropies = torch.stack(log_probs), torch.stack(entropies)
    returns = returns_of(rewards)
    weights = gamma ** torch.arange(len(returns)) * returns
    policy_loss = -(weights * log_probs).sum()
    loss = policy_loss - beta * entropies.sum()
    rec.update(loss=loss, log_prob=log_probs, entropy=entropies, params=policy.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

rec.close()
