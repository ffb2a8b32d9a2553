"""PPO in the shape of CleanRL's ppo.py: one file, arrays [T, N], minibatches, its defaults for CartPole."""

import time

import gymnasium
import numpy
import torch
from torch import nn
from torch.distributions import Categorical

from common import options, recorder

STEPS, ENVS, EPOCHS, MINIBATCHES = 128, 4, 4, 4
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, NORM, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5, 2.5e-4
BATCH = STEPS * ENVS


def layer(inputs, outputs, gain=2**0.5):
    linear = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(linear.weight, gain)
    nn.init.zeros_(linear.bias)
    return linear


class Agent(nn.Module):
    def __init__(self, size, actions):
        super().__init__()
        body = lambda last, gain: nn.Sequential(layer(size, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, last, gain))
        self.critic, self.actor = body(1, 1.0), body(actions, 0.01)

    def act(self, obs, action=None):
        distribution = Categorical(logits=self.actor(obs))
        action = distribution.sample() if action is None else action
        return action, distribution.log_prob(action), distribution.entropy(), self.critic(obs)


class Training:
    def __init__(self, seed, rec):
        torch.manual_seed(seed)
        numpy.random.seed(seed)
        make = lambda: gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1"))
        self.envs = gymnasium.vector.SyncVectorEnv([make] * ENVS, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)
        self.agent, self.rec = Agent(4, 2), rec
        self.optimizer = torch.optim.Adam(self.agent.parameters(), lr=RATE, eps=1e-5)
        self.obs, self.actions = torch.zeros(STEPS, ENVS, 4), torch.zeros(STEPS, ENVS)
        self.logprobs, self.rewards, self.dones, self.values = (torch.zeros(STEPS, ENVS) for _ in range(4))
        self.next_obs = torch.tensor(self.envs.reset(seed=seed)[0])
        self.next_done = torch.zeros(ENVS)

    def collect(self):
        for t in range(STEPS):
            self.obs[t], self.dones[t] = self.next_obs, self.next_done
            with torch.no_grad():
                action, logprob, _, value = self.agent.act(self.next_obs)
            self.values[t], self.actions[t], self.logprobs[t] = value.flatten(), action, logprob
            found, reward, terminated, truncated, _ = self.envs.step(action.numpy())
            self.rewards[t] = torch.tensor(reward)
            self.next_obs = torch.tensor(found)
            self.next_done = torch.tensor(numpy.logical_or(terminated, truncated), dtype=torch.float32)

    def estimate(self):
        """Generalised advantages; where an episode ended, however, nothing follows."""
        with torch.no_grad():
            next_value = self.agent.critic(self.next_obs).flatten()
        advantages, following = torch.zeros_like(self.rewards), 0
        for t in reversed(range(STEPS)):
            alive = 1 - (self.next_done if t == STEPS - 1 else self.dones[t + 1])
            after = next_value if t == STEPS - 1 else self.values[t + 1]
            delta = self.rewards[t] + GAMMA * after * alive - self.values[t]
            advantages[t] = following = delta + GAMMA * LAMBDA * alive * following
        self.rec.rollout(obs=self.obs, action=self.actions, reward=self.rewards, dones=self.dones,
                         next_done=self.next_done, value=self.values, log_prob=self.logprobs, last_value=next_value)
        return advantages

    def iterate(self):
        self.collect()
        advantages = self.estimate()
        returns = (advantages + self.values).flatten()
        indices = numpy.arange(BATCH)
        for epoch in range(EPOCHS):
            numpy.random.shuffle(indices)
            for start in range(0, BATCH, BATCH // MINIBATCHES):
                rows = indices[start : start + BATCH // MINIBATCHES]
                self.minibatch(rows, advantages.flatten()[rows], returns[rows], epoch, start // (BATCH // MINIBATCHES))

    def minibatch(self, rows, advantages, returns, epoch, minibatch):
        obs, actions = self.obs.reshape(-1, 4)[rows], self.actions.flatten()[rows]
        old, old_values = self.logprobs.flatten()[rows], self.values.flatten()[rows]
        _, new, entropy, values = self.agent.act(obs, actions)
        values = values.view(-1)
        logratio = new - old
        ratio = logratio.exp()
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        pg_loss = torch.max(-advantages * ratio, -advantages * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
        clipped = old_values + (values - old_values).clamp(-CLIP, CLIP)
        v_loss = 0.5 * torch.max((values - returns) ** 2, (clipped - returns) ** 2).mean()
        loss = pg_loss - ENTROPY * entropy.mean() + VALUE * v_loss
        self.optimizer.zero_grad()
        self.rec.update(loss=loss, log_prob=new, entropy=entropy, value=values, rows=rows, epoch=epoch, minibatch=minibatch,
                        params=self.agent.parameters())
        loss.backward()
        nn.utils.clip_grad_norm_(self.agent.parameters(), NORM)
        self.optimizer.step()


def main():
    torch.set_num_threads(1)
    given = options(rounds=6)
    rec = recorder(given, environment="CartPole-v1", gamma=GAMMA, gae_lambda=LAMBDA, clip_epsilon=CLIP)
    training = Training(given.seed, rec)
    for _ in range(given.rounds):
        training.iterate()
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in training.agent.parameters()))


if __name__ == "__main__":
    main()
