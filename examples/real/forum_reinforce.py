"""REINFORCE in the shape of many forum posts: a loss added up in a loop, backward() for each episode, a step for every five."""

import gymnasium
import torch
from torch import nn
from torch.distributions import Categorical

from common import options, recorder

GAMMA, EPISODES_PER_STEP = 0.99, 5


def play(env, net, seed, rec):
    observation, _ = env.reset(seed=seed)
    log_probs, rewards, done = [], [], False
    while not done:
        logits = net(torch.from_numpy(observation).float())
        distribution = Categorical(logits=logits)
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        before = observation
        observation, reward, terminated, truncated, _ = env.step(action.item())
        rewards.append(reward)
        done = terminated or truncated
        rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                 logits=logits, log_prob=log_probs[-1])
    return log_probs, rewards


def main():
    given = options(rounds=25)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    env = gymnasium.make("CartPole-v1")
    net = nn.Sequential(nn.Linear(4, 36), nn.ReLU(), nn.Linear(36, 2))
    optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3)
    rec = recorder(given, environment="CartPole-v1", gamma=GAMMA)
    for episode in range(given.rounds):
        log_probs, rewards = play(env, net, given.seed * 1000 + episode, rec)
        total, loss = 0, 0
        for log_prob, reward in zip(reversed(log_probs), reversed(rewards)):
            total = reward + GAMMA * total
            loss = loss - log_prob * total
        rec.update(loss=loss, log_prob=log_probs, params=net)
        loss.backward()
        if (episode + 1) % EPISODES_PER_STEP == 0:
            optimizer.step()
            optimizer.zero_grad()
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in net.parameters()))


main()
