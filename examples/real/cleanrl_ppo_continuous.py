"""PPO in the shape of CleanRL's ppo_continuous_action.py: a Gaussian whose deviation is a parameter, log-probabilities summed over dimensions."""

import gymnasium
import numpy
import torch
from torch import nn
from torch.distributions import Normal

from cleanrl_ppo import layer
from common import options, recorder

STEPS, ENVS, EPOCHS, MINIBATCHES = 64, 2, 3, 4
GAMMA, LAMBDA, CLIP, VALUE, NORM, RATE = 0.99, 0.95, 0.2, 0.5, 0.5, 3e-4
BATCH = STEPS * ENVS


class Agent(nn.Module):
    def __init__(self, size, actions):
        super().__init__()
        body = lambda last, gain: nn.Sequential(layer(size, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, last, gain))
        self.critic, self.actor_mean = body(1, 1.0), body(actions, 0.01)
        self.actor_logstd = nn.Parameter(torch.zeros(1, actions))

    def act(self, obs, action=None):
        mean = self.actor_mean(obs)
        distribution = Normal(mean, self.actor_logstd.expand_as(mean).exp())
        action = distribution.sample() if action is None else action
        return action, distribution.log_prob(action).sum(1), distribution.entropy().sum(1), self.critic(obs), mean


def make_env():
    env = gymnasium.wrappers.ClipAction(gymnasium.make("Pendulum-v1", max_episode_steps=50))
    env = gymnasium.wrappers.NormalizeObservation(env)
    return gymnasium.wrappers.TransformReward(env, lambda reward: float(numpy.clip(reward / 10, -10, 10)))


class Training:
    def __init__(self, seed, rec):
        torch.manual_seed(seed)
        numpy.random.seed(seed)
        self.envs = gymnasium.vector.SyncVectorEnv([make_env] * ENVS, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)
        self.agent, self.rec = Agent(3, 1), rec
        self.optimizer = torch.optim.Adam(self.agent.parameters(), lr=RATE, eps=1e-5)
        self.obs, self.actions, self.means = torch.zeros(STEPS, ENVS, 3), torch.zeros(STEPS, ENVS, 1), torch.zeros(STEPS, ENVS, 1)
        self.logprobs, self.rewards, self.dones, self.values = (torch.zeros(STEPS, ENVS) for _ in range(4))
        self.next_obs = torch.tensor(self.envs.reset(seed=seed)[0], dtype=torch.float32)
        self.next_done = torch.zeros(ENVS)

    def collect(self):
        for t in range(STEPS):
            self.obs[t], self.dones[t] = self.next_obs, self.next_done
            with torch.no_grad():
                action, logprob, _, value, mean = self.agent.act(self.next_obs)
            self.values[t], self.actions[t], self.logprobs[t], self.means[t] = value.flatten(), action, logprob, mean
            found, reward, terminated, truncated, _ = self.envs.step(action.numpy())
            self.rewards[t] = torch.tensor(reward)
            self.next_obs = torch.tensor(found, dtype=torch.float32)
            self.next_done = torch.tensor(numpy.logical_or(terminated, truncated), dtype=torch.float32)

    def estimate(self):
        with torch.no_grad():
            next_value = self.agent.critic(self.next_obs).flatten()
        advantages, following = torch.zeros_like(self.rewards), 0
        for t in reversed(range(STEPS)):
            alive = 1 - (self.next_done if t == STEPS - 1 else self.dones[t + 1])
            after = next_value if t == STEPS - 1 else self.values[t + 1]
            delta = self.rewards[t] + GAMMA * after * alive - self.values[t]
            advantages[t] = following = delta + GAMMA * LAMBDA * alive * following
        deviations = self.agent.actor_logstd.detach().expand_as(self.means)
        self.rec.rollout(obs=self.obs, action=self.actions, reward=self.rewards, dones=self.dones, next_done=self.next_done,
                         value=self.values, log_prob=self.logprobs, last_value=next_value, mu=self.means, log_sigma=deviations)
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
        obs, actions = self.obs.reshape(-1, 3)[rows], self.actions.reshape(-1, 1)[rows]
        old, old_values = self.logprobs.flatten()[rows], self.values.flatten()[rows]
        _, new, entropy, values, mean = self.agent.act(obs, actions)
        values = values.view(-1)
        ratio = (new - old).exp()
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        pg_loss = torch.max(-advantages * ratio, -advantages * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
        clipped = old_values + (values - old_values).clamp(-CLIP, CLIP)
        v_loss = 0.5 * torch.max((values - returns) ** 2, (clipped - returns) ** 2).mean()
        # CleanRL's entropy coefficient is 0 here, and the term stays in the loss.
        loss = pg_loss - 0.0 * entropy.mean() + VALUE * v_loss
        self.optimizer.zero_grad()
        self.rec.update(loss=loss, log_prob=new, entropy=entropy, value=values, mu=mean, log_sigma=self.agent.actor_logstd,
                        rows=rows, epoch=epoch, minibatch=minibatch, params=self.optimizer)
        loss.backward()
        nn.utils.clip_grad_norm_(self.agent.parameters(), NORM)
        self.optimizer.step()


def main():
    torch.set_num_threads(1)
    given = options(rounds=4)
    rec = recorder(given, gamma=GAMMA, gae_lambda=LAMBDA, clip_epsilon=CLIP)
    training = Training(given.seed, rec)
    for _ in range(given.rounds):
        training.iterate()
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in training.agent.parameters()))


main()
