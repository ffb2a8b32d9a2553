"""An agent with a critic, as a class; two spaces; a time limit after which the value goes on."""

import random
import sys

import pgtrace
import torch
import torch.nn.functional as F
from worlds import CartPole


class Agent:
  def __init__(self, env, rec, gamma=0.97):
    self.env, self.rec, self.gamma = env, rec, gamma
    self.actor = torch.nn.Sequential(torch.nn.Linear(env.size, 24), torch.nn.Tanh(), torch.nn.Linear(24, env.actions))
    self.critic = torch.nn.Sequential(torch.nn.Linear(env.size, 24), torch.nn.Tanh(), torch.nn.Linear(24, 1))
    self.params = [*self.actor.parameters(), *self.critic.parameters()]
    self.opt = torch.optim.Adam(self.params, lr=0.01)

  def value(self, obs):
    return self.critic(torch.tensor(obs)).squeeze(-1)

  def play(self):
    obs, done = self.env.reset(), False
    steps = []
    while not done:
      logits = self.actor(torch.tensor(obs))
      dist = torch.distributions.Categorical(logits=logits)
      action = dist.sample()
      log_prob, value = dist.log_prob(action), self.value(obs)
      next_obs, reward, terminated, truncated = self.env.step(action)
      done = terminated or truncated
      with torch.no_grad():
        final_value = float(self.value(next_obs))
      final = {"final_value": final_value} if truncated and not terminated else {}
      self.rec.step(obs=obs, action=action, reward=reward, terminated=terminated, truncated=truncated,
                    logits=logits, log_prob=log_prob, value=value, **final)
      steps.append((log_prob, value, reward, final_value * (1 - float(terminated)) if done else 0.0))
      obs = next_obs
    return steps

  def learn(self, steps):
    log_probs = torch.stack([s[0] for s in steps])
    values = torch.stack([s[1] for s in steps])
    following, returns = steps[-1][3], []
    for s in reversed(steps):
      following = s[2] + self.gamma * following
      returns.insert(0, following)
    returns = torch.tensor(returns)
    advantages = (returns - values).detach()
    discounts = self.gamma ** torch.arange(len(steps))
    actor_loss = -(discounts * log_probs * advantages).sum()
    critic_loss = 0.5 * F.mse_loss(values, returns)
    loss = actor_loss + critic_loss
    self.rec.update(loss=loss, log_prob=log_probs, value=values, value_loss=critic_loss, params=self.params)
    self.opt.zero_grad()
    loss.backward()
    self.opt.step()


if __name__ == "__main__":
  torch.manual_seed(2)
  with pgtrace.open(sys.argv[1], gamma=0.97) as rec:
    agent = Agent(CartPole(random.Random(2), limit=11), rec)
    for _ in range(10):
      agent.learn(agent.play())
