from __future__ import annotations

"""Everything is passed to functions; an environment for evaluation stands beside."""

import gymnasium as gym
import torch
from torch import nn, optim
from torch.distributions import Categorical


def rollout(env: gym.Env, actor: nn.Module):
    observation, _ = env.reset()
    log_probs, entropies, rewards = [], [], []
    while True:
        distribution = Categorical(logits=actor(torch.as_tensor(observation)))
        action = distribution.sample()
        observation, reward, terminated, truncated, _ = env.step(action.item())
        log_probs.append(distribution.log_prob(action))
        entropies.append(distribution.entropy())
        rewards.append(float(reward))
        if terminated or truncated:
            return torch.stack(log_probs), torch.stack(entropies), rewards


def returns_of(rewards, gamma):
    G, out = 0.0, [0.0] * len(rewards)
    for t in range(len(rewards) - 1, -1, -1):
        G = rewards[t] + gamma * G
        out[t] = G
    return torch.tensor(out)


def learn(actor, optimizer, log_probs, entropies, rewards, gamma, entropy_weight=0.02):
    returns = returns_of(rewards, gamma)
    actor_loss = -(returns * log_probs).sum()
    total_loss = actor_loss - entropy_weight * entropies.sum()
    optimizer.zero_grad(set_to_none=True)
    total_loss.backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
    optimizer.step()


def main(seed: int = 8, gamma: float = 0.97):
    torch.manual_seed(seed)
    env = gym.make(
        "CartPole-v1",
        max_episode_steps=50,
    )
    eval_env = gym.make("CartPole-v1")
    actor = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2))
    optimizer = optim.Adam(actor.parameters(), lr=3e-3)
    for _ in range(8):
        learn(actor, optimizer, *rollout(env, actor), gamma)
    eval_env.close()


if __name__ == "__main__":
    main()
