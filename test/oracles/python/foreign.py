"""Traces of policy gradients as others write them, right ones and ones with a mistake each: PROGRAM SEED COUNT FOLDER.

Far from the book on purpose: batches of episodes and rollouts of several environments, A2C and PPO, means and sums, any γ,
λ and ε, normalisations of every kind, critics of every loss, time limits handled in several ways, float32 and float64,
Gymnasium's environments and small ones, fields left out. manifest.json says what each must be told.
"""

import json
import os
import random
import sys

import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(ROOT, "python"))
import pgtrace  # noqa: E402

from foreign_draw import draw_case  # noqa: E402
from foreign_policies import Policy, network  # noqa: E402
from foreign_targets import advantages_of, normalised, returns_of  # noqa: E402
from foreign_worlds import draw_world  # noqa: E402

torch.set_num_threads(1)


class Learner:
    """Nets, optimiser and the loss that both forms of training share."""

    def __init__(self, rng, case, world, rec):
        self.case, self.rec = case, rec
        self.policy = Policy(rng, world, case)
        self.dtype = self.policy.dtype
        self.critic = network(rng, [world.size, 16, 1], self.dtype) if case["critic"] else None
        self.params = [*self.policy.parameters(), *(self.critic.parameters() if self.critic else [])]
        kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}
        rate = case["rate"] * (0.1 if case["optimiser"] == "sgd" else 1)
        self.optimiser = kinds[case["optimiser"]](self.params, lr=rate)
        self.old = None

    def tensor(self, values):
        return torch.tensor(values, dtype=self.dtype)

    def value(self, obs):
        return self.critic(obs).squeeze(-1)

    def act(self, obs):
        """One row or a row for each environment: heads, action, log π, entropy and V, as numbers."""
        with torch.no_grad():
            heads = self.policy(obs)
            action = self.policy.sample(heads)
            scoring = heads
            if self.case["mistake"] == "stale_log_probs" and self.old is not None:
                scoring = self.old(obs)
            log_prob = self.policy.log_prob(scoring, action)
            found = {**heads, "action": action, "log_prob": log_prob, "entropy": self.policy.entropy(heads, log_prob)}
            if self.critic:
                found["value"] = self.value(obs)
        return found

    def value_loss(self, targets, values, old):
        case = self.case
        if case["mistake"] == "one_sided_value_gradient":
            return values.mean()
        if case["value_loss"] == "huber":
            return torch.nn.functional.smooth_l1_loss(values, targets)
        if case["value_loss"] == "clipped" and old is not None:
            clipped = old + (values - old).clamp(-0.2, 0.2)
            return 0.5 * torch.max((values - targets) ** 2, (clipped - targets) ** 2).mean()
        square = (values - targets) ** 2
        return {"half": 0.5 * square.mean(), "sum": square.sum()}.get(case["value_loss"], square.mean())

    def take(self, policy_loss, heads, log_prob, entropy, values, targets, old_values, **fields):
        """Puts the loss together, records the update and steps."""
        case = self.case
        beta = case["beta"] * (-1 if case["mistake"] == "entropy_sign" else 1)
        bonus = entropy.detach() if case["mistake"] == "entropy_without_gradient" else entropy
        bonus = bonus.mean() if case["means"] else bonus.sum()
        loss = policy_loss - beta * bonus
        if values is not None:
            value_loss = case["value_coef"] * self.value_loss(targets, values, old_values)
            loss = loss + value_loss
            fields["value_loss"] = value_loss
        if case["mistake"] == "detached_log_prob":
            loss = loss.detach() + 0 * sum((p**2).sum() for p in self.params)
        given = {"log_prob": log_prob, "entropy": entropy, "value": values, **heads, **fields}
        self.rec.update(loss=loss, params=self.params, **{k: v for k, v in given.items() if k not in case["without_update"]})
        if case["mistake"] != "missing_zero_grad":
            self.optimiser.zero_grad()
        loss.backward()
        if case["clips_gradient"]:
            torch.nn.utils.clip_grad_norm_(self.params, case["clips_gradient"])
        self.optimiser.step()

    def remember(self):
        if self.case["mistake"] == "stale_log_probs":
            import copy

            self.old = copy.deepcopy(self.policy)


def environment_action(action):
    return action.tolist() if action.dim() else (int(action) if not action.is_floating_point() else action.item())


def episodic(rng, case, learner, world):
    """REINFORCE and its kin: whole episodes, then one update on them."""
    mistake, gamma = case["mistake"], case["gamma"]
    keep = lambda fields: {k: v for k, v in fields.items() if k not in case["without_step"]}
    for _ in range(case["updates"]):
        episodes = []
        for _ in range(case["episodes"]):
            obs, episode = world.reset(), []
            while True:
                found = learner.act(learner.tensor(obs))
                following, reward, terminated, truncated = world.step(environment_action(found["action"]))
                cut = not (terminated or truncated) and len(episode) + 1 >= case["longest"]
                step = {**found, "obs": obs, "reward": reward, "terminated": terminated, "truncated": truncated or cut}
                step["final_value"] = 0.0
                if learner.critic and step["truncated"] and not terminated:
                    step["final_value"] = learner.value(learner.tensor(following)).item()
                episode.append(step)
                obs = following
                if terminated or truncated or cut:
                    break
            if mistake == "bootstrap_from_reset" and episode[-1]["truncated"]:
                episode[-1]["reset_value"] = None
            episodes.append(episode)
        scale = case["reward_scale"]
        for episode in episodes:
            for step in episode:
                fields = {k: step[k] for k in ("log_prob", "entropy", "value", "logits", "mu", "log_sigma") if k in step}
                if step["truncated"] and learner.critic:
                    fields["final_value"] = step["final_value"]
                ends = keep({"terminated": step["terminated"], "truncated": step["truncated"]})
                learner.rec.step(action=step["action"], reward=step["reward"], **keep({"obs": step["obs"]}), **ends, **keep(fields))
        steps = [s for e in episodes for s in e]
        obs = learner.tensor([s["obs"] for s in steps])
        actions = torch.stack([s["action"] for s in steps])
        heads = learner.policy(obs)
        log_prob = learner.policy.log_prob(heads, actions)
        if mistake == "stale_log_probs" and learner.old is not None:
            log_prob = learner.policy.log_prob(learner.old(obs), actions) + 0 * log_prob
        entropy = learner.policy.entropy(heads, log_prob)
        values = learner.value(obs) if learner.critic else None
        rewards = [[scale * s["reward"] for s in e] for e in episodes]
        finals = [e[-1]["final_value"] for e in episodes]
        if mistake == "truncation_as_termination":
            finals = [0.0] * len(finals)
        g = returns_of(case, rewards, finals)
        if case["target"] == "gae":
            raw = advantages_of(rewards, [[float(s["value"]) for s in e] for e in episodes], finals, gamma, case["lam"])
            targets = learner.tensor([a + float(s["value"]) for a, s in zip(sum(raw, []), steps)])
        else:
            targets = learner.tensor(sum(g, []))
        normalise = lambda weights: normalised(weights, case["ddof"], case["epsilon"])
        if case["target"] == "normalised_returns":
            targets = normalise(targets)
        base = targets if values is None else targets - (values if mistake == "undetached_advantage" else values.detach())
        time = learner.tensor([t for e in episodes for t in range(len(e))])
        if case["normalises"] == "batch":
            base = normalise(base)
        if case["normalises"] == "episode":
            lengths = [len(e) for e in episodes]
            base = torch.cat([normalise(part) for part in base.split(lengths)])
        if case["normalises"] == "mean":
            base = base - base.mean()
        power = {"gamma_t_twice": 2}.get(mistake, 1 if case["gamma_t"] else 0)
        w = gamma ** (power * time) * base
        if mistake == "mean_log_prob_times_sum":
            w = torch.ones_like(w) * w.sum() / len(w)
        if mistake == "outer_product_broadcast":
            w = torch.ones_like(w) * w.sum()
        scored = log_prob.exp() if mistake == "probability_instead_of_log" else log_prob
        terms = w * scored
        if case["means"]:
            policy_loss = -terms.mean()
        elif case["per_episode"] == "count":
            policy_loss = -terms.sum() / len(episodes)
        elif case["per_episode"] == "mean":
            policy_loss = -sum(part.mean() for part in terms.split([len(e) for e in episodes])) / len(episodes)
        else:
            policy_loss = -terms.sum()
        if mistake == "wrong_sign":
            policy_loss = -policy_loss
        learner.remember()
        learner.take(policy_loss, heads, log_prob, entropy, values, targets, None, **({"gamma": gamma} if case["says_gamma"] else {}))


def rollouts(rng, case, learner, make):
    """A2C and PPO: T steps of N environments, then one update or several epochs of minibatches."""
    mistake, gamma, (steps, count) = case["mistake"], case["gamma"], case["shape"]
    worlds = [make() for _ in range(count)]
    obs = [world.reset() for world in worlds]
    for _ in range(case["updates"]):
        rows, last_resets = [], []
        for _ in range(steps):
            found = learner.act(learner.tensor(obs))
            row = {**found, "obs": learner.tensor(obs)}
            row |= {name: torch.zeros(count, dtype=learner.dtype) for name in ("reward", "terminated", "truncated", "final")}
            row["reset"] = torch.zeros(count, dtype=learner.dtype)
            following = []
            for n, world in enumerate(worlds):
                after, reward, terminated, truncated = world.step(environment_action(found["action"][n]))
                row["reward"][n], row["terminated"][n], row["truncated"][n] = reward, terminated, truncated and not terminated
                if truncated and not terminated:
                    row["final"][n] = learner.value(learner.tensor(after)).item()
                if terminated or truncated:
                    after = world.reset()
                    row["reset"][n] = learner.value(learner.tensor(after)).item()
                following.append(after)
            obs = following
            rows.append(row)
        data = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
        with torch.no_grad():
            last = learner.value(learner.tensor(obs))
        record_rollout(case, learner, data, last)
        advantages = rollout_advantages(case, data, last)
        returns = advantages + data["value"]
        flat = {name: tensor.reshape(steps * count, *tensor.shape[2:]) for name, tensor in data.items()}
        learner.remember()
        fit(rng, case, learner, flat, advantages.flatten(), returns.flatten())


def record_rollout(case, learner, data, last):
    joined = case["limits"] == "joined"
    ends = {"terminated": ((data["terminated"] + data["truncated"]) > 0) if joined else data["terminated"] > 0}
    if not joined:
        ends["truncated"] = data["truncated"] > 0
        blank = torch.full_like(data["final"], float("nan"))
        ends["final_value"] = torch.where(data["truncated"] > 0, data["final"], blank)
    reward = data["reward"]
    if joined and case["adds_final"]:
        reward = reward + case["gamma"] * data["final"] * data["truncated"]
    fields = {**ends, **{k: data[k] for k in ("obs", "value", "log_prob", "entropy", "logits", "mu", "log_sigma") if k in data}}
    kept = {k: v for k, v in fields.items() if k not in case["without_step"]}
    learner.rec.rollout(action=data["action"], reward=reward, last_value=last, **kept)


def rollout_advantages(case, data, last):
    """GAE over [T, N] with the case's handling of time limits, or its mistake."""
    mistake, gamma = case["mistake"], case["gamma"]
    lam = case["lam"] if case["target"] == "gae" else (0.0 if case["target"] == "td" else 1.0)
    reward, values = data["reward"].clone(), data["value"]
    steps = len(reward)
    if mistake == "rewards_off_by_one":
        reward = torch.cat([torch.zeros_like(reward[:1]), reward[:-1]])
        done_before = torch.cat([torch.zeros_like(reward[:1]), ((data["terminated"] + data["truncated"]) > 0).to(reward)[:-1]])
        reward = reward * (1 - done_before)
    done = ((data["terminated"] + data["truncated"]) > 0).to(reward)
    keeps_final = case["limits"] == "apart" or case["adds_final"]
    final = data["final"] * data["truncated"]
    if mistake in ("truncation_as_termination", "shifted_done_mask", "return_leaks_across_episodes"):
        keeps_final = False
    if mistake == "bootstrap_from_reset":
        keeps_final, final = True, data["reset"] * data["truncated"]
    if keeps_final:
        reward = reward + gamma * final
    mask = done
    if mistake == "shifted_done_mask":
        mask = torch.cat([torch.zeros_like(done[:1]), done[:-1]])
    if mistake == "return_leaks_across_episodes":
        mask = torch.zeros_like(done)
    found, following = torch.zeros_like(reward), torch.zeros_like(last)
    for t in reversed(range(steps)):
        after = last if t == steps - 1 else values[t + 1]
        delta = reward[t] + gamma * after * (1 - mask[t]) - values[t]
        following = delta + gamma * lam * (1 - mask[t]) * following
        found[t] = following
    return found


def fit(rng, case, learner, flat, advantages, returns):
    mistake, size = case["mistake"], len(advantages)
    if case["normalises"] == "rollout":
        advantages = normalised(advantages, case["ddof"], case["epsilon"])
    epochs, parts = (case["epochs"], case["minibatches"]) if case["algorithm"] == "ppo" else (1, 1)
    recomputed = None
    for epoch in range(epochs):
        order = torch.tensor(rng.sample(range(size), size)) if case["algorithm"] == "ppo" else torch.arange(size)
        for minibatch, rows in enumerate(order.chunk(parts)):
            heads = learner.policy(flat["obs"][rows])
            log_prob = learner.policy.log_prob(heads, flat["action"][rows])
            entropy = learner.policy.entropy(heads, log_prob)
            values = learner.value(flat["obs"][rows])
            own = advantages[rows]
            if mistake == "undetached_advantage":
                own = own + flat["value"][rows] - values
            if case["normalises"] == "minibatch":
                own = normalised(own, case["ddof"], case["epsilon"])
            if mistake == "normalised_wrong_axis":
                own = (own[:, None] - own[:, None].mean(1, keepdim=True)).squeeze(1)
            if mistake == "outer_product_broadcast":
                own = own.sum().expand_as(own) / len(own)
            if case["algorithm"] == "ppo":
                old = flat["log_prob"][rows]
                if mistake == "stale_old_log_prob":
                    old = log_prob.detach()
                ratio = (old - log_prob if mistake == "inverted_ratio" else log_prob - old).exp()
                clipped = ratio.clamp(1 - case["clip"], 1 + case["clip"])
                surrogate = torch.min(own * ratio, own * clipped)
                if mistake == "wrong_clip":
                    surrogate = own * clipped if case["shift"] < 0 else torch.max(own * ratio, own * clipped)
            else:
                surrogate = own * (log_prob.exp() if mistake == "probability_instead_of_log" else log_prob)
            policy_loss = -(surrogate.mean() if case["means"] else surrogate.sum())
            if mistake == "wrong_sign":
                policy_loss = -policy_loss
            ppo = {"rows": rows, "epoch": epoch, "minibatch": minibatch} if case["algorithm"] == "ppo" else {}
            if case["records_advantages"]:
                ppo["advantages"] = own
            learner.take(policy_loss, heads, log_prob, entropy, values, returns[rows], flat["value"][rows], **ppo)


def run_case(rng, case, path):
    torch.manual_seed(rng.randrange(2**31))
    name, make = draw_world(rng, case["policy"] in ("gaussian", "free", "squashed"), case["truncates"], case["horizon"])
    while case["is_dense"] and getattr(make(), "rewards", None) == "sparse":
        name, make = draw_world(rng, False, case["truncates"], case["horizon"])
    if case["mistake"] in ("dimensions_not_summed",):
        while make().dims is None or make().dims < 2:
            name, make = draw_world(rng, True, case["truncates"], case["horizon"])
    if case["policy"] in ("categorical", "masked"):
        while case["policy"] == "masked" and make().actions < 3:
            name, make = draw_world(rng, False, case["truncates"], case["horizon"])
    case["world"] = name
    header = {"environment": name} if case["says_environment"] else {}
    header |= {"gamma": case["gamma"]} if case["header_gamma"] else {}
    if case["algorithm"] != "reinforce":
        header |= {"gae_lambda": case["lam"]} if case["says_lambda"] and case["target"] == "gae" else {}
        header |= {"clip_epsilon": case["clip"]} if case["says_clip"] else {}
    world = make()
    with pgtrace.open(path, every=1, **header) as rec:
        learner = Learner(rng, case, world, rec)
        if case["algorithm"] == "reinforce":
            episodic(rng, case, learner, world)
        else:
            rollouts(rng, case, learner, make)


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.makedirs(folder, exist_ok=True)
    rng, files = random.Random(seed), []
    for index in range(count):
        case, name = None, None
        while name is None:
            case = draw_case(rng)
            made = f"{index:04}.{case['algorithm']}.{case['mistake'] or 'right'}.pgtrace"
            try:
                run_case(rng, case, os.path.join(folder, made))
                name = made
            except ValueError as error:
                if "invalid values" not in str(error):
                    raise
                os.remove(os.path.join(folder, made))  # the parameters became NaN: a program that stops by itself
        files.append({"file": name, **case["expected"], "case": case})
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump({"files": files}, file)
    print(json.dumps({"files": len(files)}))


main()
