# An environment of one's own with the old four values, two spaces, a loss summed up step by step.
import random

import torch
from torch.distributions import Normal


class Reach:
  def reset(self):
    self.x, self.t = random.uniform(-1, 1), 0
    return [self.x, 0.0]

  def step(self, action):
    self.x += 0.3 * max(-1.0, min(1.0, action))
    self.t += 1
    return [self.x, self.t / 10], -abs(self.x), self.t == 10, {}


def discounted(rewards, gamma):
  total, result = 0.0, []
  for r in reversed(rewards):
    total = r + gamma * total
    result.append(total)
  return result[::-1]


def train(environment, network, optimizer, gamma=0.9):
  for _ in range(10):
    state, done = environment.reset(), False
    log_pis, rewards = [], []
    while not done:
      mean, log_std = network(torch.tensor(state))
      policy = Normal(mean, (0.3 * torch.tanh(log_std)).exp())
      action = policy.sample()
      log_pis.append(policy.log_prob(action))
      state, reward, done, _ = environment.step(float(action))
      rewards.append(reward)
    loss = torch.zeros(())
    for t, (log_pi, G) in enumerate(zip(log_pis, discounted(rewards, gamma))):
      loss = loss - gamma**t * G * log_pi
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


random.seed(6)
torch.manual_seed(6)
net = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2))
train(Reach(), net, torch.optim.SGD(net.parameters(), lr=0.01))
