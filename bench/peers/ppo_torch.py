"""PPO on CartPole-v1 shaped as CleanRL's ppo.py: 4 environments × 128 steps, 4 epochs × 4 minibatches, float32.

Two 64-64 tanh networks, clip 0.2, entropy 0.01, value 0.5, norm 0.5, Adam 2.5e-4. Prints environment steps per second
as JSON after the given number of seconds, counted in whole batches, the first of which is not counted.
"""
import json
import sys
import time

import gymnasium
import numpy
import torch
from torch import nn

seconds = float(sys.argv[1])
environments, length, epochs, minibatches = 4, 128, 4, 4
gamma, lam, clip, entropy_weight, value_weight, most_norm = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5
# Networks of this size are slower on more threads.
torch.set_num_threads(1)
torch.manual_seed(1)
numpy.random.seed(1)


def network(outputs, scale):
    layers = [nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs)]
    for layer, gain in zip(layers[::2], (2**0.5, 2**0.5, scale)):
        nn.init.orthogonal_(layer.weight, gain)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


actor, critic = network(2, 0.01), network(1, 1.0)
parameters = [*actor.parameters(), *critic.parameters()]
optimiser = torch.optim.Adam(parameters, lr=2.5e-4, eps=1e-5)
vector = gymnasium.vector.SyncVectorEnv(
    [lambda: gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1")) for _ in range(environments)]
)


def columns(*shape):
    return torch.zeros((length, environments, *shape))


observations, actions, log_probs = columns(4), columns(), columns()
rewards, dones, values = columns(), columns(), columns()
observation = torch.from_numpy(vector.reset(seed=1)[0])
done = torch.zeros(environments)


@torch.no_grad()
def gather():
    global observation, done
    for t in range(length):
        observations[t], dones[t] = observation, done
        distribution = torch.distributions.Categorical(logits=actor(observation))
        action = distribution.sample()
        values[t] = critic(observation).flatten()
        actions[t], log_probs[t] = action, distribution.log_prob(action)
        following, reward, terminated, truncated, _ = vector.step(action.numpy())
        rewards[t] = torch.from_numpy(reward)
        observation = torch.from_numpy(following)
        done = torch.from_numpy(numpy.logical_or(terminated, truncated)).float()


@torch.no_grad()
def advantages():
    result, last = torch.zeros_like(rewards), torch.zeros(environments)
    next_value, next_alive = critic(observation).flatten(), 1 - done
    for t in reversed(range(length)):
        delta = rewards[t] + gamma * next_value * next_alive - values[t]
        result[t] = last = delta + gamma * lam * next_alive * last
        next_value, next_alive = values[t], 1 - dones[t]
    return result


def update(rows, flat):
    seen, taken, old, advantage, goal, recorded = (column[rows] for column in flat)
    distribution = torch.distributions.Categorical(logits=actor(seen))
    ratio = (distribution.log_prob(taken) - old).exp()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    policy = torch.max(-advantage * ratio, -advantage * ratio.clamp(1 - clip, 1 + clip)).mean()
    value = critic(seen).flatten()
    clipped = recorded + (value - recorded).clamp(-clip, clip)
    value_loss = 0.5 * torch.max((value - goal) ** 2, (clipped - goal) ** 2).mean()
    loss = policy - entropy_weight * distribution.entropy().mean() + value_weight * value_loss
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, most_norm)
    optimiser.step()


def learn():
    advantage = advantages()
    flat = (
        observations.flatten(0, 1),
        actions.flatten(),
        log_probs.flatten(),
        advantage.flatten(),
        (advantage + values).flatten(),
        values.flatten(),
    )
    for _ in range(epochs):
        for rows in numpy.array_split(numpy.random.permutation(environments * length), minibatches):
            update(rows, flat)


def batch():
    gather()
    learn()


batch()
batches = 0
started = time.perf_counter()
while time.perf_counter() - started < seconds:
    batch()
    batches += 1
elapsed = time.perf_counter() - started
steps_per_second = batches * environments * length / elapsed
print(json.dumps({"steps_per_second": steps_per_second, "torch": torch.__version__, "threads": torch.get_num_threads()}))
