"""REINFORCE (13.3) as people write it in PyTorch, with settings from standard input: an update after every episode."""

import torch
from common import Log, Policy, descend, make_environments, make_optimiser, start, to_tensor

settings = start()
vector, size = make_environments(settings)
policy = Policy(vector.single_action_space, size, settings)
optimiser = make_optimiser(policy, None, settings)
log = Log(settings)


def episode(observation):
    """Log-probabilities, rewards and entropies of one episode, and what the next one shows first."""
    log_probs, rewards, entropies = [], [], []
    while True:
        distribution = policy(to_tensor(observation, size))
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        entropies.append(distribution.entropy())
        observation, reward, terminated, truncated, _ = vector.step(action.numpy())
        rewards.append(float(reward[0]))
        log.steps += 1
        if terminated[0] or truncated[0]:
            return torch.cat(log_probs), rewards, torch.cat(entropies), observation


observation, _ = vector.reset(seed=settings.seed)
while not log.is_done:
    log_probs, rewards, entropies, observation = episode(observation)
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = reward + settings.gamma * following
        returns.append(following)
    weights = settings.gamma ** torch.arange(len(rewards)) * torch.tensor(returns[::-1])
    loss = -(weights * log_probs).sum() - settings.numbers.get("beta", 0.0) * entropies.sum()
    descend(loss, optimiser, settings)
    log.end_episode(sum(rewards))
log.print()
