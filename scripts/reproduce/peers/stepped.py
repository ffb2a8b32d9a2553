"""A2C and PPO as people write them in PyTorch, with settings from standard input: N environments, T steps each per batch."""

import numpy
import torch
from common import Log, Policy, descend, make_environments, make_optimiser, network, start, to_tensor

settings = start()
numbers = settings.numbers
vector, size = make_environments(settings)
policy = Policy(vector.single_action_space, size, settings)
value = network(size, settings.hidden, 1, settings)
optimiser = make_optimiser(policy, value, settings)
log = Log(settings)
N, T = settings.environments, settings.batch
gamma, lam, scale = settings.gamma, numbers["lam"], numbers.get("scale", 1.0)
totals = numpy.zeros(N)


def after(step_result):
    """What follows each step, an episode's last observation where it ended, and what is seen next."""
    observation, _, terminated, truncated, info = step_result
    ended = numpy.logical_or(terminated, truncated)
    following = to_tensor(observation, size).clone()
    for n in numpy.flatnonzero(ended):
        following[n] = to_tensor(numpy.asarray(info["final_obs"][n])[None], size)[0]
    return following, to_tensor(observation, size), ended


def gather(seen):
    columns = {name: [] for name in ("seen", "action", "log_prob", "reward", "following", "terminated", "ended")}
    for _ in range(T):
        with torch.no_grad():
            distribution = policy(seen)
            action = distribution.sample()
            log_prob = distribution.log_prob(action)
        result = vector.step(action.numpy())
        following, shown, ended = after(result)
        rows = (seen, action, log_prob, torch.as_tensor(result[1]).float(), following)
        for name, row in zip(columns, (*rows, torch.as_tensor(result[2]).float(), torch.as_tensor(ended).float())):
            columns[name].append(row)
        note(result[1], ended)
        seen = shown
    return {name: torch.stack(rows) for name, rows in columns.items()}, seen


def note(rewards, ended):
    log.steps += N
    totals[:] += rewards
    for n in numpy.flatnonzero(ended):
        log.end_episode(totals[n])
        totals[n] = 0


@torch.no_grad()
def advantages(columns):
    """Generalised advantages [T, N], cut where an episode ends; a time limit and the batch's end go on with V of what follows."""
    V, V_next = value(columns["seen"]).squeeze(-1), value(columns["following"]).squeeze(-1)
    delta = scale * columns["reward"] + gamma * V_next * (1 - columns["terminated"]) - V
    result, last = torch.zeros(T, N), torch.zeros(N)
    for t in reversed(range(T)):
        result[t] = last = delta[t] + gamma * lam * (1 - columns["ended"][t]) * last
    return result, V


def normalised(advantage):
    return (advantage - advantage.mean()) / (advantage.std() + 1e-8)


def a2c(columns):
    advantage, V = (column.flatten() for column in advantages(columns))
    distribution = policy(columns["seen"].flatten(0, 1))
    weight = normalised(advantage) if settings.is_normalised else advantage
    actor = -(weight * distribution.log_prob(columns["action"].flatten(0, 1))).mean()
    critic = ((advantage + V - value(columns["seen"].flatten(0, 1)).squeeze(-1)) ** 2).mean()
    entropy = distribution.entropy().mean()
    descend(actor + numbers["c"] * critic - numbers.get("beta", 0.0) * entropy, optimiser, settings)


def ppo(columns):
    advantage, V = advantages(columns)
    flat = [columns[name].flatten(0, 1) for name in ("seen", "action", "log_prob")]
    flat += [advantage.flatten(), (advantage + V).flatten(), V.flatten()]
    for _ in range(settings.epochs):
        for rows in numpy.array_split(numpy.random.permutation(N * T), settings.minibatches):
            descend(ppo_loss(*(column[rows] for column in flat)), optimiser, settings)


def ppo_loss(seen, action, old, advantage, goal, recorded):
    eps = numbers["eps"]
    distribution = policy(seen)
    ratio = (distribution.log_prob(action) - old).exp()
    weight = normalised(advantage) if settings.is_normalised else advantage
    actor = -torch.min(ratio * weight, ratio.clamp(1 - eps, 1 + eps) * weight).mean()
    V = value(seen).squeeze(-1)
    critic = ((V - goal) ** 2).mean()
    if settings.is_critic_clipped:
        near = recorded + (V - recorded).clamp(-eps, eps)
        critic = 0.5 * torch.max((V - goal) ** 2, (near - goal) ** 2).mean()
    return actor + numbers["c"] * critic - numbers.get("beta", 0.0) * distribution.entropy().mean()


def anneal():
    """Both step sizes fall to 0 in a straight line over so many steps."""
    if settings.anneal_steps is None:
        return
    share = max(0.0, 1 - log.steps / settings.anneal_steps)
    for group, whole in zip(optimiser.param_groups, rates):
        group["lr"] = share * whole


rates = [group["lr"] for group in optimiser.param_groups]
update = {"a2c": a2c, "ppo": ppo}[settings.algorithm]
seen = to_tensor(vector.reset(seed=settings.seed)[0], size)
while not log.is_done:
    anneal()
    columns, seen = gather(seen)
    update(columns)
log.print()
