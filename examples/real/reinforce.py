"""REINFORCE in the shape of pytorch/examples' reinforce.py: dropout, returns normalised per episode, a summed loss."""

import gymnasium
import torch
from torch import nn
from torch.distributions import Categorical

from common import options, recorder

GAMMA = 0.99


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1, self.dropout, self.affine2 = nn.Linear(4, 128), nn.Dropout(p=0.6), nn.Linear(128, 2)
        self.saved_log_probs, self.rewards = [], []

    def forward(self, x):
        return torch.softmax(self.affine2(torch.relu(self.dropout(self.affine1(x)))), dim=1)


def select_action(policy, state):
    distribution = Categorical(policy(torch.from_numpy(state).float().unsqueeze(0)))
    action = distribution.sample()
    policy.saved_log_probs.append(distribution.log_prob(action))
    return action.item()


def finish_episode(policy, optimizer, rec):
    following, returns = 0, []
    for reward in reversed(policy.rewards):
        following = reward + GAMMA * following
        returns.insert(0, following)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + torch.finfo(torch.float32).eps)
    losses = [-log_prob * weight for log_prob, weight in zip(policy.saved_log_probs, returns)]
    optimizer.zero_grad()
    loss = torch.cat(losses).sum()
    rec.update(loss=loss, log_prob=policy.saved_log_probs, params=policy.parameters())
    loss.backward()
    optimizer.step()
    policy.saved_log_probs, policy.rewards = [], []


def main():
    given = options(rounds=20)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    env, policy = gymnasium.make("CartPole-v1"), Policy()
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
    rec = recorder(given, environment="CartPole-v1", gamma=GAMMA)
    for episode in range(given.rounds):
        state, _ = env.reset(seed=given.seed + episode)
        ended = False
        while not ended:
            action, before = select_action(policy, state), state
            state, reward, terminated, truncated, _ = env.step(action)
            policy.rewards.append(reward)
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                     log_prob=policy.saved_log_probs[-1])
            ended = terminated or truncated
        finish_episode(policy, optimizer, rec)
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in policy.parameters()))


main()
