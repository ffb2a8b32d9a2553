"""A class with everything in it, indented with tabs."""

import gymnasium
import torch
import torch.nn as nn


class ReinforceAgent:
	def __init__(self, env_name, gamma=0.98, beta=0.01):
		self.env = gymnasium.make(env_name, max_episode_steps=60)
		self.gamma = gamma
		self.beta = beta
		self.net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
		self.optim = torch.optim.Adam(self.net.parameters(), lr=0.005)

	def run_episode(self):
		state, _ = self.env.reset()
		logps, ents, rewards = [], [], []
		done = False
		while not done:
			dist = torch.distributions.Categorical(logits=self.net(torch.as_tensor(state)))
			action = dist.sample()
			logps.append(dist.log_prob(action))
			ents.append(dist.entropy())
			state, reward, terminated, truncated, _ = self.env.step(action.item())
			rewards.append(reward)
			done = terminated or truncated
		return logps, ents, rewards

	def update(self, logps, ents, rewards):
		G, returns = 0.0, []
		for r in reversed(rewards):
			G = r + self.gamma * G
			returns.insert(0, G)
		returns = torch.tensor(returns)
		discounts = self.gamma ** torch.arange(len(rewards))
		logps = torch.stack(logps)
		ents = torch.stack(ents)
		loss = -(discounts * returns * logps).sum() - self.beta * ents.sum()
		self.optim.zero_grad()
		loss.backward()
		self.optim.step()

	def train(self, episodes):
		for _ in range(episodes):
			self.update(*self.run_episode())


torch.manual_seed(5)
ReinforceAgent("CartPole-v1").train(8)
