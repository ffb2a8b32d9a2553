# Pairs of ln π and V in one list; the two losses are added.
from collections import namedtuple

import gymnasium as gym
import torch
from torch import nn
from torch.distributions import Categorical
from torch.nn import functional as F

GAMMA = 0.96
SavedAction = namedtuple("SavedAction", ["log_prob", "value"])
env = gym.make("CartPole-v1")
torch.manual_seed(1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(4, 48)
        self.actor, self.critic = nn.Linear(48, 2), nn.Linear(48, 1)
        self.saved_actions, self.rewards = [], []

    def forward(self, x):
        x = F.relu(self.trunk(x))
        return F.softmax(self.actor(x), dim=-1), self.critic(x)


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def select_action(state):
    probs, state_value = model(torch.from_numpy(state).float())
    m = Categorical(probs)
    action = m.sample()
    model.saved_actions.append(SavedAction(m.log_prob(action), state_value))
    return action.item()


def finish_episode():
    R = 0
    saved_actions = model.saved_actions
    policy_losses, value_losses, returns = [], [], []
    for r in model.rewards[::-1]:
        R = r + GAMMA * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    for (log_prob, value), R in zip(saved_actions, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.mse_loss(value, torch.tensor([R])))
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    del model.rewards[:]
    del model.saved_actions[:]


for i_episode in range(8):
    state, _ = env.reset(seed=i_episode)
    done = False
    while not done:
        action = select_action(state)
        state, reward, terminated, truncated, _ = env.step(action)
        done = terminated or truncated
        model.rewards.append(reward)
    finish_episode()
