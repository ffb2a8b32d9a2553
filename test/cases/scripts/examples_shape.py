# In the shape of pytorch/examples: lists on the policy, a loop over zip.
import random
import sys

import pgtrace
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical
from worlds import CartPole


class Args:
    gamma = 0.96


args = Args()
torch.manual_seed(7)
env = CartPole(random.Random(7))
rec = pgtrace.open(sys.argv[1], gamma=args.gamma)


class Policy(nn.Module):
    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(env.size, 32)
        self.affine2 = nn.Linear(32, env.actions)
        self.saved_log_probs = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return self.affine2(x)


policy = Policy()
optimizer = optim.Adam(policy.parameters(), lr=1e-2)


def select_action(state):
    scores = policy(torch.tensor(state).unsqueeze(0))
    m = Categorical(logits=scores)
    action = m.sample()
    policy.saved_log_probs.append(m.log_prob(action))
    rec.outputs(logits=scores[0], log_prob=policy.saved_log_probs[-1][0])
    return action.item()


def finish_episode():
    R = 0
    policy_loss = []
    returns = []
    for r in policy.rewards[::-1]:
        R = r + args.gamma * R
        returns.insert(0, R)
    for t, (log_prob, R) in enumerate(zip(policy.saved_log_probs, returns)):
        policy_loss.append(-args.gamma ** t * log_prob * R)
    policy_loss = torch.cat(policy_loss).sum()
    rec.update(loss=policy_loss, log_prob=policy.saved_log_probs, params=policy.parameters())
    optimizer.zero_grad()
    policy_loss.backward()
    optimizer.step()
    del policy.rewards[:]
    del policy.saved_log_probs[:]


for i_episode in range(10):
    state, done = env.reset(), False
    while not done:
        action = select_action(state)
        following, reward, terminated, truncated = env.step(torch.tensor(action))
        rec.step(obs=state, action=action, reward=reward, terminated=terminated, truncated=truncated)
        policy.rewards.append(reward)
        state, done = following, terminated or truncated
    finish_episode()

rec.close()
