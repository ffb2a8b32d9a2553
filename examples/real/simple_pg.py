"""The simplest policy gradient in the shape of Spinning Up's 1_simple_pg.py: the whole return, a mean over all steps."""

import gymnasium
import torch
from torch import nn
from torch.distributions import Categorical

from common import options, recorder

BATCH = 1000


def train_one_epoch(env, net, optimizer, rec):
    observations, actions, weights, lengths = [], [], [], 0
    while len(observations) <= BATCH:
        obs, rewards, ended = env.reset()[0], [], False
        while not ended:
            observations.append(obs.copy())
            logits = net(torch.as_tensor(obs, dtype=torch.float32))
            distribution = Categorical(logits=logits)
            action = distribution.sample()
            before = obs
            obs, reward, terminated, truncated, _ = env.step(action.item())
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                     logits=logits, log_prob=distribution.log_prob(action))
            actions.append(action.item())
            rewards.append(reward)
            ended = terminated or truncated
        weights += [sum(rewards)] * len(rewards)
        lengths += 1
    optimizer.zero_grad()
    logits = net(torch.as_tensor(observations_array(observations), dtype=torch.float32))
    log_probs = Categorical(logits=logits).log_prob(torch.as_tensor(actions))
    loss = -(log_probs * torch.as_tensor(weights, dtype=torch.float32)).mean()
    rec.update(loss=loss, log_prob=log_probs, logits=logits, params=net.parameters())
    loss.backward()
    optimizer.step()


def observations_array(observations):
    import numpy

    return numpy.array(observations)


def main():
    given = options(rounds=6)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    env = gymnasium.make("CartPole-v1", max_episode_steps=200)
    env.reset(seed=given.seed)
    net = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    rec = recorder(given, environment="CartPole-v1", gamma=1.0)
    for _ in range(given.rounds):
        train_one_epoch(env, net, optimizer, rec)
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in net.parameters()))


main()
