"""A few updates of every shipped algorithm in PyTorch, written as people write them, on a fixed random batch.

theta is flat: the policy network W1, b1, … (its last layer's rows: logits, or mu and then s; then V on a shared trunk),
free deviations s, then the value network. A batch is whole episodes and, last, one that the batch cuts.
"""

import torch
import torch.nn.functional as F
from torch.distributions import Categorical, Independent, Normal

from common import is_close, main, shaken

GAMMA, LAMBDA = 0.93, 0.95
EPSILON32 = 1.1920928955078125e-07


class Policy:
    """The network of a specification over a flat vector of parameters."""

    def __init__(self, specification, theta, factors=None):
        self.specification = specification
        self.theta = theta
        self.factors = factors

    def _take(self, *shape):
        size = torch.Size(shape).numel()
        self.offset += size
        return self.theta[self.offset - size : self.offset].reshape(shape)

    def _network(self, x, hidden, outputs, factors=None):
        sizes = [self.specification["observationSize"], *hidden, outputs]
        activation = getattr(torch, self.specification["activation"])
        for index, (inputs, units) in enumerate(zip(sizes, sizes[1:])):
            weight = self._take(units, inputs)
            bias = self._take(units) if self.specification["bias"] else None
            x = F.linear(x, weight, bias)
            if index < len(sizes) - 2:
                x = activation(x) if factors is None else activation(x) * factors[index]
        return x

    def __call__(self, observations):
        specification, self.offset = self.specification, 0
        count, gaussian, value = (specification[key] for key in ("actionCount", "gaussian", "value"))
        own = count if gaussian is None else count * (2 if gaussian["sigma"] == "network" else 1)
        shared = value is not None and value["trunk"] == "shared"
        outputs = self._network(observations, specification["hidden"], own + (1 if shared else 0), self.factors)
        action, values = outputs[:, :own], outputs[:, own] if shared else None
        if gaussian is not None and gaussian["sigma"] == "parameter":
            action = torch.cat([action, self._take(count).expand(len(observations), count)], dim=1)
        if value is not None and not shared:
            values = self._network(observations, value["hidden"], 1)[:, 0]
        if gaussian is None:
            return Categorical(logits=action), values
        mu, raw = action[:, :count], action[:, count:]
        sigma = raw.exp() if gaussian["by"] == "exp" else F.softplus(raw)
        return Independent(Normal(mu, sigma), 1), values


def parameter_count(specification):
    class Counting(Policy):
        def _take(self, *shape):
            self.offset += torch.Size(shape).numel()
            return torch.zeros(shape)

    counting = Counting(specification, None)
    counting(torch.zeros(1, specification["observationSize"]))
    return counting.offset


def value_start(specification):
    if specification["value"] is None or specification["value"]["trunk"] == "shared":
        return parameter_count(specification)
    return parameter_count({**specification, "value": None})


def returns_of(batch):
    """Discounted rewards to go; 0 follows an episode's end, however it ends."""
    out, following = [], 0.0
    for reward, end in zip(reversed(batch["rewards"].tolist()), reversed(batch["ends"])):
        following = reward if end else reward + GAMMA * following
        out.insert(0, following)
    return torch.tensor(out)


def following_values(batch, policy, values):
    """V of the state after each step: 0 after termination, that of the final observation after a cut."""
    finals = policy(batch["finals"])[1] if len(batch["finals"]) else torch.zeros(0)
    out, cuts = [], 0
    for t, (terminated, end) in enumerate(zip(batch["terminated"], batch["ends"])):
        if terminated:
            out.append(torch.zeros(()))
        elif end:
            out.append(finals[cuts])
            cuts += 1
        else:
            out.append(values[t + 1])
    return torch.stack(out)


def advantages_of(batch, policy):
    """GAE as a backward loop, without gradient."""
    with torch.no_grad():
        values = policy(batch["observations"])[1]
        following = following_values(batch, policy, values)
        advantages, last = torch.zeros(len(values)), torch.zeros(())
        for t in reversed(range(len(values))):
            delta = batch["rewards"][t] + GAMMA * following[t] - values[t]
            last = delta + (0.0 if batch["ends"][t] else GAMMA * LAMBDA * last)
            advantages[t] = last
    return advantages, values


def reinforce(batch, policy, state):
    distribution, _ = policy(batch["observations"])
    log_probs = distribution.log_prob(batch["actions"])
    return sum(-(GAMMA**t) * G * log_prob for t, G, log_prob in zip(batch["time"], returns_of(batch), log_probs))


def reinforce_no_gamma_t(batch, policy, state):
    distribution, _ = policy(batch["observations"])
    return -(returns_of(batch) * distribution.log_prob(batch["actions"])).sum()


def reinforce_normalized(batch, policy, state):
    returns = returns_of(batch)
    returns = (returns - returns.mean()) / (returns.std() + EPSILON32)
    distribution, _ = policy(batch["observations"])
    return torch.stack([-l * R for l, R in zip(distribution.log_prob(batch["actions"]), returns)]).sum()


def reinforce_g0(batch, policy, state):
    distribution, _ = policy(batch["observations"])
    return -distribution.log_prob(batch["actions"]).sum() * returns_of(batch)[0]


def reinforce_cross_entropy(batch, policy, state):
    distribution, _ = policy(batch["observations"])
    weights = torch.tensor([GAMMA**t for t in batch["time"]]) * returns_of(batch)
    return (weights * F.cross_entropy(distribution.logits, batch["actions"], reduction="none")).sum()


def pytorch_reinforce(batch, policy, state):
    distribution, _ = policy(batch["observations"])
    log_probs, entropies = distribution.log_prob(batch["actions"]), distribution.entropy()
    loss = 0
    for log_prob, entropy, R in zip(log_probs, entropies, returns_of(batch)):
        loss = loss - log_prob * R - 0.0001 * entropy
    return loss / len(log_probs)


def reinforce_baseline(batch, policy, state):
    distribution, values = policy(batch["observations"])
    delta = returns_of(batch) - values.detach()
    discount = torch.tensor([GAMMA**t for t in batch["time"]])
    return -(discount * delta * distribution.log_prob(batch["actions"])).sum() - (delta * values).sum()


def actor_critic_one_step(batch, policy, state):
    distribution, values = policy(batch["observations"])
    delta = (batch["rewards"] + GAMMA * following_values(batch, policy, values) - values).detach()
    discount = torch.tensor([GAMMA**t for t in batch["time"]])
    return -(discount * delta * distribution.log_prob(batch["actions"])).sum() - (delta * values).sum()


def pytorch_actor_critic(batch, policy, state):
    distribution, values = policy(batch["observations"])
    returns = returns_of(batch)
    returns = (returns - returns.mean()) / (returns.std() + EPSILON32)
    policy_losses, value_losses = [], []
    for log_prob, value, R in zip(distribution.log_prob(batch["actions"]), values, returns):
        policy_losses.append(-log_prob * (R - value.item()))
        value_losses.append(F.smooth_l1_loss(value, R))
    return torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()


def a2c(batch, policy, state):
    advantages, old = advantages_of(batch, policy)
    distribution, values = policy(batch["observations"])
    actor = -(advantages * distribution.log_prob(batch["actions"])).mean()
    return actor + 0.5 * F.mse_loss(values, advantages + old) - 0.01 * distribution.entropy().mean()


def ppo(batch, policy, state):
    """CleanRL's ppo.py with one minibatch an epoch."""
    if not state:
        state["advantages"], state["values"] = advantages_of(batch, policy)
        state["log_probs"] = policy(batch["observations"])[0].log_prob(batch["actions"]).detach()
    returns = state["advantages"] + state["values"]
    distribution, values = policy(batch["observations"])
    ratio = (distribution.log_prob(batch["actions"]) - state["log_probs"]).exp()
    advantages = (state["advantages"] - state["advantages"].mean()) / (state["advantages"].std() + 1e-8)
    pg_loss = torch.max(-advantages * ratio, -advantages * torch.clamp(ratio, 0.8, 1.2)).mean()
    clipped = state["values"] + torch.clamp(values - state["values"], -0.2, 0.2)
    v_loss = 0.5 * torch.max((values - returns) ** 2, (clipped - returns) ** 2).mean()
    return pg_loss - 0.01 * distribution.entropy().mean() + v_loss * 0.5


EITHER, DISCRETE, CONTINUOUS = ("discrete", "continuous"), ("discrete",), ("continuous",)
ALGORITHMS = {
    "reinforce": (reinforce, EITHER, None),
    "reinforce-no-gamma-t": (reinforce_no_gamma_t, EITHER, None),
    "reinforce-normalized": (reinforce_normalized, EITHER, None),
    "reinforce-dropout": (reinforce_normalized, EITHER, None),
    "reinforce-g0": (reinforce_g0, EITHER, None),
    "reinforce-cross-entropy": (reinforce_cross_entropy, DISCRETE, None),
    "pytorch-reinforce": (pytorch_reinforce, EITHER, None),
    "reinforce-gaussian": (reinforce, CONTINUOUS, None),
    "reinforce-baseline": (reinforce_baseline, EITHER, "own"),
    "actor-critic-one-step": (actor_critic_one_step, EITHER, "own"),
    "pytorch-actor-critic": (pytorch_actor_critic, EITHER, "shared"),
    "a2c": (a2c, EITHER, "own"),
    "ppo": (ppo, EITHER, "own"),
}
ONE_EPISODE = {"reinforce-g0"}
DROPOUT = {"reinforce-dropout"}


def draw_specification(rng, kinds, value):
    kind = rng.choice(kinds)
    sigma = {"sigma": rng.choice(["network", "parameter"]), "by": rng.choice(["exp", "softplus"])}
    hidden = [rng.choice([3, 8, 16]) for _ in range(rng.choice([0, 1, 1, 2]))]
    own = {"trunk": "own", "hidden": rng.choice([hidden, [5]])}
    return {
        "observationSize": rng.randint(1, 5),
        "hidden": hidden,
        "activation": rng.choice(["relu", "tanh"]),
        "bias": rng.random() < 0.8,
        "actionCount": rng.randint(2, 4) if kind == "discrete" else rng.randint(1, 3),
        "gaussian": None if kind == "discrete" else sigma,
        "value": {None: None, "own": own, "shared": {"trunk": "shared"}}[value],
        "dropout": None,
    }


def draw_batch(rng, specification, episodes):
    """Episodes that terminate, are truncated, or (the last) are cut by the batch."""
    time, terminated, ends, numbers = [], [], [], []
    for episode in range(episodes):
        length, ending = rng.randint(3, 9), rng.choice(["terminated", "truncated"])
        time += range(length)
        numbers += [episode + 1] * length
        terminated += [False] * (length - 1) + [ending == "terminated"]
        ends += [False] * (length - 1) + [True]
    steps, size, count = len(time), specification["observationSize"], specification["actionCount"]
    cuts = sum(end and not done for end, done in zip(ends, terminated))
    discrete = specification["gaussian"] is None
    return {
        "observations": torch.randn(steps, size),
        "finals": torch.randn(cuts, size),
        "actions": torch.randint(count, (steps,)) if discrete else torch.randn(steps, count),
        "rewards": torch.randn(steps),
        "time": time,
        "episodes": numbers,
        "terminated": terminated,
        "ends": ends,
    }


def drawn_factors(specification, steps):
    """What torch's own dropout makes of ones, for every hidden layer: 0, or 1 / (1 - p)."""
    p = specification["dropout"]
    return None if p is None else [F.dropout(torch.ones(steps, units), p) for units in specification["hidden"]]


def draw_inputs(rng, name):
    _, kinds, value = ALGORITHMS[name]
    specification = draw_specification(rng, kinds, value)
    if name in DROPOUT:
        specification |= {"dropout": rng.choice([0.2, 0.6]), "hidden": specification["hidden"] or [8]}
    separate = value == "own" and rng.random() < 0.5
    batch = draw_batch(rng, specification, 1 if name in ONE_EPISODE else rng.randint(1, 3))
    return {
        "algorithm": name,
        "specification": specification,
        "theta": torch.randn(parameter_count(specification)) * 0.4,
        "batch": batch,
        "factors": drawn_factors(specification, len(batch["time"])),
        "gamma": GAMMA,
        "optimiser": rng.choice(["sgd", "adam"]),
        "learning_rate": 10 ** rng.uniform(-3, -2),
        "value_learning_rate": 10 ** rng.uniform(-3, -2) if separate else None,
        "clip": rng.choice([None, 0.5, 40]),
    }


def optimiser_of(inputs, policy_part, value_part):
    rate = inputs["learning_rate"]
    groups = [
        {"params": [policy_part], "lr": rate},
        {"params": [value_part], "lr": inputs["value_learning_rate"] or rate},
    ]
    return torch.optim.SGD(groups, lr=rate) if inputs["optimiser"] == "sgd" else torch.optim.Adam(groups, lr=rate)


def computed(inputs):
    """Loss before and theta after each of four updates on the same batch."""
    update = ALGORITHMS[inputs["algorithm"]][0]
    start = value_start(inputs["specification"])
    parts = [inputs["theta"][:start].clone(), inputs["theta"][start:].clone()]
    for part in parts:
        part.requires_grad_()
    optimiser, state, losses, thetas = optimiser_of(inputs, *parts), {}, [], []
    for _ in range(4):
        policy = Policy(inputs["specification"], torch.cat(parts), inputs["factors"])
        loss = update(inputs["batch"], policy, state)
        optimiser.zero_grad()
        loss.backward()
        if inputs["clip"] is not None:
            torch.nn.utils.clip_grad_norm_(parts, inputs["clip"])
        optimiser.step()
        losses.append(loss.detach())
        thetas.append(torch.cat(parts).detach())
    return {"losses": torch.stack(losses), "thetas": torch.stack(thetas)}


def is_stable(rng, inputs, outputs):
    """Adam divides a gradient by its size, and a kink may lie within rounding: such cases say nothing."""
    others = computed({**inputs, "theta": shaken(rng, inputs["theta"])})
    return all(is_close(outputs[name], others[name]) for name in outputs)


def draw_case(rng, name):
    while True:
        inputs = draw_inputs(rng, name)
        try:
            outputs = computed(inputs)
        except ValueError:  # a step so long that sigma is 0 or not a number
            continue
        if is_stable(rng, inputs, outputs):
            return {**inputs, "computed": outputs}


def draw_episodes(rng):
    """Steps of two episodes: the first terminates or is truncated, the second goes on where the drawing ends."""
    specification = draw_specification(rng, EITHER, "own")
    batch = draw_batch(rng, specification, 2)
    steps, size = len(batch["time"]), specification["observationSize"]
    return {
        "specification": specification,
        "theta": torch.randn(parameter_count(specification)) * 0.4,
        "batch": batch,
        "next": torch.randn(steps, size),
        "gamma": GAMMA,
        "lambdas": [rng.choice([0.0, 1.0, rng.random()]) for _ in range(2)],
        "rates": [10 ** rng.uniform(-3, -1.5) for _ in range(2)],
    }


def traced(inputs):
    """The book's box for actor-critic with eligibility traces (episodic), gradients by autograd: theta after every step."""
    specification, batch, theta = inputs["specification"], inputs["batch"], inputs["theta"].clone()
    start = value_start(specification)
    (lambda_theta, lambda_w), (alpha_theta, alpha_w) = inputs["lambdas"], inputs["rates"]
    trace, discount, thetas = torch.zeros_like(theta), 1.0, []
    for t in range(len(batch["time"])):
        if batch["time"][t] == 0:
            trace, discount = torch.zeros_like(theta), 1.0
        theta.requires_grad_()
        policy = Policy(specification, theta)
        distribution, values = policy(batch["observations"][t : t + 1])
        following = 0.0 if batch["terminated"][t] else policy(inputs["next"][t : t + 1])[1].item()
        delta = batch["rewards"][t] + GAMMA * following - values.item()
        (of_policy,) = torch.autograd.grad(distribution.log_prob(batch["actions"][t : t + 1]).sum(), theta, retain_graph=True)
        (of_value,) = torch.autograd.grad(values.sum(), theta)
        trace = torch.cat(
            [
                GAMMA * lambda_theta * trace[:start] + discount * of_policy[:start],
                GAMMA * lambda_w * trace[start:] + of_value[start:],
            ]
        )
        rates = torch.cat([torch.full((start,), alpha_theta), torch.full((len(theta) - start,), alpha_w)])
        theta = (theta + rates * delta * trace).detach()
        discount *= GAMMA
        thetas.append(theta)
    return {"thetas": torch.stack(thetas)}


def draw_traced(rng):
    while True:
        inputs = draw_episodes(rng)
        try:
            outputs, others = traced(inputs), traced({**inputs, "theta": shaken(rng, inputs["theta"])})
        except ValueError:  # a step so long that sigma is 0 or not a number
            continue
        if is_close(outputs["thetas"], others["thetas"]):
            return {**inputs, "computed": outputs}


def make(rng, count):
    return {
        "cases": [draw_case(rng, name) for name in ALGORITHMS for _ in range(count)],
        "episodes": [draw_traced(rng) for _ in range(count)],
    }


main(make)
