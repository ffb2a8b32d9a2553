"""A Gaussian policy over two dimensions."""

import random
import sys

import pgtrace
import torch
from torch.distributions import Normal
from worlds import Reach

gamma = 0.95
torch.manual_seed(9)
env = Reach(random.Random(9), 2)
net = torch.nn.Sequential(torch.nn.Linear(env.size, 24), torch.nn.Tanh(), torch.nn.Linear(24, 2 * env.dims))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

with pgtrace.open(sys.argv[1], gamma=gamma) as rec:
    for _ in range(14):
        obs, done = env.reset(), False
        logps, rewards, mus, log_sigmas = [], [], [], []
        while not done:
            out = net(torch.tensor(obs))
            mu, log_sigma = out[: env.dims], 0.3 * torch.tanh(out[env.dims :]) - 0.5
            dist = Normal(mu, log_sigma.exp())
            action = dist.sample()
            logp = dist.log_prob(action).sum(-1)
            following, reward, terminated, truncated = env.step(action.detach())
            rec.step(obs=obs, action=action.detach(), reward=reward, terminated=terminated, truncated=truncated,
                     mu=mu, log_sigma=log_sigma, log_prob=logp)
            logps.append(logp)
            rewards.append(reward)
            mus.append(mu)
            log_sigmas.append(log_sigma)
            obs, done = following, terminated or truncated
        G, loss = 0.0, 0.0
        for t in range(len(rewards) - 1, -1, -1):
            G = rewards[t] + gamma * G
            loss = loss - gamma**t * G * logps[t]
        rec.update(loss=loss, log_prob=logps, mu=mus, log_sigma=log_sigmas, params=net.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
