"""Actor-critic in the shape of pytorch/examples' actor_critic.py: the critic is fitted to the normalised returns."""

import gymnasium
import torch
from torch import nn
from torch.distributions import Categorical
from torch.nn import functional

from common import options, recorder

GAMMA = 0.99


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1, self.action_head, self.value_head = nn.Linear(4, 128), nn.Linear(128, 2), nn.Linear(128, 1)
        self.saved_actions, self.rewards = [], []

    def forward(self, x):
        x = torch.relu(self.affine1(x))
        return torch.softmax(self.action_head(x), dim=-1), self.value_head(x)


def select_action(model, state):
    probabilities, value = model(torch.from_numpy(state).float())
    distribution = Categorical(probabilities)
    action = distribution.sample()
    model.saved_actions.append((distribution.log_prob(action), value))
    return action.item()


def finish_episode(model, optimizer, rec):
    following, returns = 0, []
    for reward in model.rewards[::-1]:
        following = reward + GAMMA * following
        returns.insert(0, following)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + torch.finfo(torch.float32).eps)
    policy_losses, value_losses = [], []
    for (log_prob, value), target in zip(model.saved_actions, returns):
        policy_losses.append(-log_prob * (target - value.item()))
        value_losses.append(functional.smooth_l1_loss(value, torch.tensor([target])))
    optimizer.zero_grad()
    value_loss = torch.stack(value_losses).sum()
    loss = torch.stack(policy_losses).sum() + value_loss
    rec.update(loss=loss, log_prob=[pair[0] for pair in model.saved_actions], value=[pair[1] for pair in model.saved_actions],
               value_loss=value_loss, params=model.parameters())
    loss.backward()
    optimizer.step()
    model.saved_actions, model.rewards = [], []


def main():
    given = options(rounds=20)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    env, model = gymnasium.make("CartPole-v1"), Policy()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-2)
    rec = recorder(given, environment="CartPole-v1", gamma=GAMMA)
    for episode in range(given.rounds):
        state, _ = env.reset(seed=given.seed + episode)
        ended = False
        while not ended:
            action, before = select_action(model, state), state
            state, reward, terminated, truncated, _ = env.step(action)
            model.rewards.append(reward)
            log_prob, value = model.saved_actions[-1]
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                     log_prob=log_prob, value=value)
            ended = terminated or truncated
        finish_episode(model, optimizer, rec)
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in model.parameters()))


main()
