"""The programs that the zoo's scripts change in one place each: right policy gradients in PyTorch, recorded by pgtrace.

Every script holds one mistake. `python SCRIPT.py --out FILE` trains with it and writes a trace; with --right it trains its
right twin. `pgi diagnose FILE` names the mistake.
"""

import random

import torch

from worlds import CartPole, Reach, start


def network(sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


class Reinforce:
    """REINFORCE (Sutton & Barto, 13.3) with γᵗ and an entropy bonus. Scripts override one method."""

    gamma, beta, rate, episodes_per_update, updates = 0.97, 0.01, 0.01, 1, 12
    critic, header = None, {}

    def __init__(self, seed):
        torch.manual_seed(seed)
        self.rng = random.Random(seed)
        self.world = self.make_world()
        self.build()
        self.optimiser = torch.optim.Adam(self.parameters(), lr=self.rate)

    def make_world(self):
        return CartPole(self.rng)

    def build(self):
        self.policy = network([self.world.size, 24, self.world.actions])

    def parameters(self):
        return [p for m in (self.policy, self.critic) if m is not None for p in m.parameters()]

    def heads(self, observation):
        return {"logits": self.policy(torch.tensor(observation))}

    def distribution(self, heads):
        return torch.distributions.Categorical(logits=heads["logits"])

    def act(self, distribution):
        return distribution.sample()

    def log_prob(self, distribution, action, observation):
        return distribution.log_prob(action)

    def entropy(self, distribution, log_prob):
        return distribution.entropy()

    def value(self, observation):
        return self.critic(torch.tensor(observation)).squeeze(-1)

    def rewards(self, rewards):
        return rewards

    def returns(self, rewards, final):
        """G_t = r_t + γG_{t+1}, from the last step to the first; after a time limit comes V(final observation)."""
        following, found = final, []
        for reward in reversed(rewards):
            following = reward + self.gamma * following
            found.insert(0, following)
        return found

    def all_returns(self, episodes):
        return [g for e in episodes for g in self.returns(self.rewards([s["reward"] for s in e]), e[-1]["final"])]

    def advantages(self, returns, values):
        return returns if values is None else returns - values.detach()

    def power(self, time):
        return self.gamma**time

    def policy_loss(self, weights, log_probs):
        return -(weights * log_probs).sum()

    def log_probs(self, steps):
        """Those that enter the loss: what was computed when the actions were drawn."""
        return torch.stack([step["log_prob"] for step in steps])

    def entropy_loss(self, entropies):
        return -self.beta * entropies.sum()

    def value_loss(self, returns, values):
        return 0.5 * ((returns - values) ** 2).mean()

    def step_optimiser(self, loss):
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    def final_value(self, observation):
        with torch.no_grad():
            return float(self.value(observation))

    def play(self, rec):
        """One episode, recorded."""
        observation, steps = self.world.reset(), []
        while True:
            heads = self.heads(observation)
            distribution = self.distribution(heads)
            action = self.act(distribution)
            log_prob = self.log_prob(distribution, action, observation)
            step = {"action": action, "log_prob": log_prob, "entropy": self.entropy(distribution, log_prob), "heads": heads}
            step["value"] = None if self.critic is None else self.value(observation)
            following, step["reward"], terminated, truncated = self.world.step(action.detach())
            goes_on = truncated and not terminated and self.critic is not None
            final = self.final_value(following) if goes_on else 0.0
            fields = {"final_value": final} if goes_on else {}
            rec.step(obs=observation, action=action.detach(), reward=step["reward"], terminated=terminated,
                     truncated=truncated, log_prob=log_prob, entropy=step["entropy"], value=step["value"],
                     **heads, **fields)
            step.update(final=final, goes_on=goes_on, t=len(steps))
            steps.append(step)
            observation = following
            if terminated or truncated:
                return steps

    def update(self, rec):
        episodes = [self.play(rec) for _ in range(self.episodes_per_update)]
        steps = [step for episode in episodes for step in episode]
        log_probs = self.log_probs(steps)
        entropies = torch.stack([step["entropy"] for step in steps])
        values = None if self.critic is None else torch.stack([step["value"] for step in steps])
        returns = torch.tensor(self.all_returns(episodes))
        time = torch.tensor([float(step["t"]) for step in steps])
        advantages = self.advantages(returns, values)
        weights = self.power(time) * advantages
        loss = self.policy_loss(weights, log_probs) + self.entropy_loss(entropies)
        fields = {}
        if values is not None:
            value_loss = self.value_loss(returns, values)
            loss = loss + value_loss
            fields["value_loss"] = value_loss
        heads = {name: [step["heads"][name] for step in steps] for name in steps[0]["heads"]}
        rec.update(loss=loss, log_prob=log_probs, entropy=entropies, value=values, params=self.parameters(),
                   gamma=self.gamma, advantages=advantages.detach(), **heads, **fields)
        self.step_optimiser(loss)

    def train(self, rec):
        for _ in range(self.updates):
            self.update(rec)


class Baseline(Reinforce):
    """REINFORCE with a critic as baseline (13.4); a short time limit, after which V goes on."""

    updates = 8

    def make_world(self):
        return CartPole(self.rng, limit=11)

    def build(self):
        super().build()
        self.critic = network([self.world.size, 24, 1])


class Gaussian(Reinforce):
    """A Gaussian policy (13.7) with its own σ."""

    rate, updates, action_dims = 0.02, 14, 1

    def make_world(self):
        return Reach(self.rng, self.action_dims)

    def build(self):
        self.policy = network([self.world.size, 24, 2 * self.world.dims])

    def heads(self, observation):
        out = self.policy(torch.tensor(observation))
        return {"mu": out[: self.world.dims], "log_sigma": 0.4 * torch.tanh(out[self.world.dims :]) - 0.3}

    def distribution(self, heads):
        return torch.distributions.Normal(heads["mu"], heads["log_sigma"].exp())

    def log_prob(self, distribution, action, observation):
        return distribution.log_prob(action).sum(-1)

    def entropy(self, distribution, log_prob):
        return distribution.entropy().sum(-1)


class Ppo(Reinforce):
    """PPO-clip on CartPole, CleanRL's shapes: T × N steps, GAE, minibatches, several epochs."""

    header = {"gae_lambda": 0.95, "clip_epsilon": 0.2}
    steps, environments, epochs, minibatches, updates = 64, 2, 3, 2, 4
    gamma, lam, epsilon, rate = 0.98, 0.95, 0.2, 0.01

    def build(self):
        super().build()
        self.critic = network([self.world.size, 24, 1])
        self.worlds = [self.make_world() for _ in range(self.environments)]
        self.observations = [world.reset() for world in self.worlds]

    def next_value(self, value, done):
        return value * (1 - done)

    def gae(self, rewards, values, dones, last):
        """A_t = δ_t + γλ(1 − d_t)A_{t+1}."""
        found, following = torch.zeros_like(rewards), torch.zeros(self.environments)
        for t in reversed(range(self.steps)):
            after = last if t == self.steps - 1 else values[t + 1]
            delta = rewards[t] + self.gamma * self.next_value(after, dones[t]) - values[t]
            following = delta + self.gamma * self.lam * (1 - dones[t]) * following
            found[t] = following
        return found

    def log_ratio(self, new, old):
        return new - old

    def surrogate(self, advantages, ratio):
        clipped = ratio.clamp(1 - self.epsilon, 1 + self.epsilon)
        return torch.min(advantages * ratio, advantages * clipped).mean()

    def old_log_probs(self, stored, new):
        return stored

    def update(self, rec):
        shape = (self.steps, self.environments)
        names = ("reward", "terminated", "value", "log_prob", "action")
        data = {name: torch.zeros(shape) for name in names}
        data["obs"] = torch.zeros((*shape, self.world.size))
        data["logits"] = torch.zeros((*shape, self.world.actions))
        for t in range(self.steps):
            observation = torch.tensor(self.observations)
            with torch.no_grad():
                logits, value = self.policy(observation), self.critic(observation).squeeze(-1)
            distribution = torch.distributions.Categorical(logits=logits)
            action = distribution.sample()
            data["obs"][t], data["logits"][t], data["value"][t] = observation, logits, value
            data["action"][t], data["log_prob"][t] = action, distribution.log_prob(action)
            for n, world in enumerate(self.worlds):
                following, data["reward"][t, n], terminated, truncated = world.step(action[n])
                ended = terminated or truncated
                data["terminated"][t, n] = ended
                self.observations[n] = world.reset() if ended else following
        with torch.no_grad():
            last = self.critic(torch.tensor(self.observations)).squeeze(-1)
        rec.rollout(last_value=last, **data)
        advantages = self.gae(data["reward"], data["value"], data["terminated"], last).flatten()
        flat = {name: value.reshape(-1, *value.shape[2:]) for name, value in data.items()}
        returns = advantages + flat["value"]
        for epoch in range(self.epochs):
            order = torch.randperm(self.steps * self.environments)
            for minibatch, rows in enumerate(order.chunk(self.minibatches)):
                self.minibatch(rec, flat, rows, advantages, returns, epoch, minibatch)

    def minibatch(self, rec, flat, rows, advantages, returns, epoch, minibatch):
        distribution = torch.distributions.Categorical(logits=self.policy(flat["obs"][rows]))
        new, entropy = distribution.log_prob(flat["action"][rows]), distribution.entropy()
        values = self.critic(flat["obs"][rows]).squeeze(-1)
        old = self.old_log_probs(flat["log_prob"][rows], new)
        own = advantages[rows]
        own = (own - own.mean()) / (own.std() + 1e-8)
        ratio = self.log_ratio(new, old).exp()
        loss = -self.surrogate(own, ratio) - self.beta * entropy.mean() + 0.5 * ((returns[rows] - values) ** 2).mean()
        rec.update(loss=loss, log_prob=new, entropy=entropy, value=values, rows=rows, epoch=epoch, minibatch=minibatch,
                   params=self.parameters())
        self.step_optimiser(loss)


def main(right, wrong):
    """Trains the wrong program, or with --right its twin."""
    torch.set_num_threads(1)
    start(right, wrong)
