"""Traces of small policy gradients in PyTorch, right ones and ones with a mistake each.

PROGRAM SEED COUNT FOLDER writes COUNT traces and prints what each one should be told.
Environment, policy, gamma, lengths, precision, episodes per update and what is recorded are drawn anew for each.
"""

import json
import math
import os
import random
import sys

import gymnasium
import torch

from common import plain

torch.set_num_threads(1)


class Line:
    """A walker on a line: reward −|x| (a box of d dimensions), a horizon that terminates or truncates."""

    def __init__(self, rng, dims, horizon, truncates):
        self.rng, self.dims, self.horizon, self.truncates = rng, dims, horizon, truncates
        self.observation_size = dims + 1

    def reset(self):
        self.x = [self.rng.uniform(-1, 1) for _ in range(self.dims)]
        self.t = 0
        return self.observe()

    def observe(self):
        return [*self.x, self.t / 12]

    def step(self, action):
        self.x = [x + 0.3 * max(-1.0, min(1.0, a)) for x, a in zip(self.x, action)]
        self.t += 1
        at_end = self.t >= self.horizon
        reward = -sum(abs(x) for x in self.x)
        return self.observe(), reward, at_end and not self.truncates, at_end and self.truncates


class Grid:
    """A walk over nine cells with a pit and a goal; three to five actions, rewards that differ."""

    moves = [1, -1, 3, -3, 0]

    def __init__(self, rng, actions, horizon, truncates):
        self.rng, self.actions, self.horizon, self.truncates = rng, actions, horizon, truncates
        self.observation_size = 10

    def reset(self):
        self.cell, self.t = self.rng.randrange(4), 0
        return self.observe()

    def observe(self):
        return [1.0 if k == self.cell else 0.0 for k in range(9)] + [self.t / 10]

    def step(self, action):
        self.cell = (self.cell + self.moves[action]) % 9
        self.t += 1
        at_end = self.t >= self.horizon
        goal = self.cell == 8 and self.t > 2
        reward = 2.0 if goal else 0.3 * (self.cell % 3) - 0.25 - (0.5 if self.cell == 5 else 0)
        return self.observe(), reward, goal or (at_end and not self.truncates), at_end and self.truncates and not goal


class CartPole:
    def __init__(self, rng, horizon, truncates):
        self.env = gymnasium.make("CartPole-v1", max_episode_steps=horizon if truncates else 500)
        self.rng, self.observation_size, self.actions = rng, 4, 2

    def reset(self):
        return [float(v) for v in self.env.reset(seed=self.rng.randrange(2**31))[0]]

    def step(self, action):
        obs, reward, terminated, truncated, _ = self.env.step(action)
        return [float(v) for v in obs], float(reward), bool(terminated), bool(truncated)


def make_world(rng, kind, truncates, least_dims):
    horizon = rng.randrange(6, 16)
    if kind == "cartpole":
        return CartPole(rng, horizon, truncates)
    if kind == "grid":
        return Grid(rng, rng.randrange(3, 6), horizon, truncates)
    return Line(rng, max(least_dims, rng.choice([1, 1, 2, 3])), horizon, truncates)


def net(sizes, dtype):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(a, b, dtype=dtype), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


class Agent:
    def __init__(self, rng, world, gaussian, critic, dtype, dropout):
        hidden = rng.choice([8, 16, 24])
        out = 2 * world.dims if gaussian else world.actions
        self.policy = net([world.observation_size, hidden, out], dtype)
        if dropout:
            self.policy = torch.nn.Sequential(self.policy[0], self.policy[1], torch.nn.Dropout(0.4), self.policy[2])
        self.critic = net([world.observation_size, hidden, 1], dtype) if critic else None
        self.gaussian, self.dtype = gaussian, dtype

    def heads(self, obs, policy=None):
        out = (policy or self.policy)(torch.tensor(obs, dtype=self.dtype))
        if not self.gaussian:
            return {"logits": out}
        d = out.shape[-1] // 2
        return {"mu": out[..., :d], "log_sigma": 0.3 * torch.tanh(out[..., d:]) - 0.2}

    def distribution(self, heads, mistake=None):
        if self.gaussian:
            sigma = heads["log_sigma"].exp()
            if mistake == "sigma_confusion":
                sigma = sigma**2
            return torch.distributions.Independent(torch.distributions.Normal(heads["mu"], sigma), 1)
        return torch.distributions.Categorical(logits=heads["logits"])


def returns_of(rewards, gamma, final):
    g, out = final, []
    for r in reversed(rewards):
        g = r + gamma * g
        out.insert(0, g)
    return out


def weights_of(case, mistake, episodes, values):
    """Per episode the multiplier s_t, the target and whether the critic is subtracted."""
    gamma, targets = case["gamma"], []
    for episode in episodes:
        rewards = [s["reward"] for s in episode]
        if mistake == "rewards_off_by_one":
            rewards = [0.0] + rewards[:-1] if case["shift"] < 0 else rewards[1:] + [0.0]
        last = episode[-1]
        bootstraps = last["truncated"] and case["critic"] and mistake != "truncation_as_termination"
        final = last.get("final_value", 0.0) if bootstraps else 0.0
        g = returns_of(rewards, gamma, final)
        if mistake == "forward_returns":
            run, g = 0.0, []
            for r in rewards:
                run = r + gamma * run
                g.append(run)
        if mistake == "reversed_returns":
            g = g[::-1]
        if mistake == "episode_return_weights":
            g = [g[0]] * len(g)
        if mistake == "rewards_only":
            g = rewards
        targets.append(g)
    if mistake == "return_leaks_across_episodes":
        flat = returns_of([s["reward"] for e in episodes for s in e], gamma, 0.0)
        targets, at = [], 0
        for e in episodes:
            targets.append(flat[at : at + len(e)])
            at += len(e)
    return targets


def run_case(rng, case, mistake, path):
    torch.manual_seed(rng.randrange(2**31))
    dtype = torch.float32 if case["float32"] else torch.float64
    world = make_world(rng, case["world"], case["truncates"], 2 if mistake == "dimensions_not_summed" else 1)
    agent = Agent(rng, world, case["gaussian"], case["critic"], dtype, mistake == "stochastic_layers")
    params = [p for m in (agent.policy, agent.critic) if m for p in m.parameters()]
    optimiser = torch.optim.Adam(params, lr=case["lr"]) if case["adam"] else torch.optim.SGD(params, lr=case["lr"] / 10)
    old, lines, number = None, [], 0
    if case["header"]:
        lines.append({"pgtrace": 1, "environment": case["id"], "gamma": case["gamma"], "framework": f"torch {torch.__version__}"})
    for update in range(1, case["updates"] + 1):
        episodes, tensors = [], []
        for _ in range(case["per_update"]):
            number += 1
            episode, obs, t = [], world.reset(), 0
            while True:
                heads = agent.heads(obs)
                acting = agent.distribution(heads)
                action = acting.sample()
                if mistake == "acting_greedily":
                    action = heads["mu"].detach() if agent.gaussian else heads["logits"].argmax()
                if mistake == "clipped_action_log_prob":
                    action = action.clamp(-0.4, 0.4)
                scoring = agent.distribution(heads, mistake)
                if mistake == "stochastic_layers":
                    scoring = agent.distribution(agent.heads(obs))
                if mistake == "stale_log_probs" and old is not None:
                    scoring = agent.distribution(agent.heads(obs, old))
                chosen = action
                if mistake == "argmax_log_prob":
                    chosen = heads["mu"] if agent.gaussian else heads["logits"].argmax()
                log_prob = scoring.log_prob(chosen)
                if mistake == "dimensions_not_summed":
                    log_prob = scoring.base_dist.log_prob(chosen).mean(-1)
                if mistake == "softmax_twice":
                    scoring = torch.distributions.Categorical(logits=heads["logits"].softmax(-1))
                    log_prob = scoring.log_prob(chosen)
                if mistake == "floored_probability":
                    log_prob = (heads["logits"].softmax(-1)[chosen] + 1e-3).log()
                entropy = acting.entropy()
                if mistake == "wrong_entropy":
                    entropy = entropy / math.log(2) if case["shift"] < 0 else entropy / (heads.get("logits", heads.get("mu")).shape[-1] + 1)
                if mistake == "sampled_entropy":
                    entropy = -log_prob
                value = agent.critic(torch.tensor(obs, dtype=dtype)).squeeze(-1) if agent.critic else None
                following, reward, terminated, truncated = world.step(action.tolist() if agent.gaussian else int(action))
                step = {"episode": number, "t": t, "obs": obs, "action": action.tolist()}
                if agent.gaussian and world.dims == 1:
                    step["action"] = action.tolist()[0]
                for name, head in heads.items():
                    step[name] = head.tolist()[0] if agent.gaussian and world.dims == 1 else head.tolist()
                step |= {"log_prob": log_prob.item(), "entropy": entropy.item(), "reward": reward}
                step |= {"terminated": terminated, "truncated": truncated}
                if value is not None:
                    step["value"] = value.item()
                if truncated and agent.critic:
                    step["final_value"] = agent.critic(torch.tensor(following, dtype=dtype)).item()
                episode.append(step)
                tensors.append((log_prob, entropy, value, heads))
                obs, t = following, t + 1
                if terminated or truncated or t >= 200:
                    break
            episodes.append(episode)
        lines += [s for e in episodes for s in e]
        old_state = agent.policy
        if mistake == "stale_log_probs":
            import copy

            old = copy.deepcopy(old_state)
        lines.append(update_line(case, mistake, agent, episodes, tensors, optimiser, params, update))
    drop(case, lines)
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(plain(line), allow_nan=False) + "\n")


def update_line(case, mistake, agent, episodes, tensors, optimiser, params, update):
    gamma, dtype = case["gamma"], agent.policy[0].weight.dtype
    log_probs = torch.stack([x[0] for x in tensors])
    entropies = torch.stack([x[1] for x in tensors])
    heads = [h for x in tensors for h in x[3].values()]
    for head in heads:
        head.retain_grad()
    log_probs.retain_grad()
    entropies.retain_grad()
    targets = torch.tensor([g for e in weights_of(case, mistake, episodes, None) for g in e], dtype=dtype)
    time = torch.tensor([s["t"] for e in episodes for s in e], dtype=dtype)
    power = {"missing_gamma_t": 0, "gamma_t_twice": 2}.get(mistake, 1)
    s = gamma ** (power * time)
    values = torch.stack([x[2] for x in tensors]) if agent.critic else None
    advantages = targets
    if values is not None:
        values.retain_grad()
        advantages = targets - (values if mistake == "undetached_advantage" else values.detach())
    if mistake == "normalised_per_episode":
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    w = s * advantages
    if mistake == "mean_log_prob_times_sum":
        w = torch.ones_like(w) * w.sum() / len(w)
    if mistake == "outer_product_broadcast":
        w = torch.ones_like(w) * w.sum()
    scored = log_probs.exp() if mistake == "probability_instead_of_log" else log_probs
    policy_loss = -(w * scored).sum()
    if mistake == "wrong_sign":
        policy_loss = -policy_loss
    if mistake == "mean_instead_of_sum":
        policy_loss = policy_loss / len(w)
    beta = case["beta"] * (-1 if mistake == "entropy_sign" else 1)
    bonus = entropies.detach() if mistake == "entropy_without_gradient" else entropies
    loss = policy_loss - beta * bonus.sum()
    value_loss = None
    if values is not None:
        value_loss = 0.5 * ((targets - values) ** 2).mean()
        if mistake == "one_sided_value_gradient":
            value_loss = values.sum() * 0.5
        loss = loss + value_loss
    if mistake != "missing_zero_grad":
        optimiser.zero_grad()
    norm = lambda: math.sqrt(sum(float((p.grad**2).sum()) for p in params if p.grad is not None))
    before = norm()
    if mistake == "detached_log_prob":
        loss = (loss.detach() + 0 * sum((p**2).sum() for p in params))
    loss.backward()
    line = {"update": update, "gamma": gamma, "episodes": [e[0]["episode"] for e in episodes], "loss": loss.item()}
    line["coef"] = log_probs.grad if log_probs.grad is not None else torch.zeros_like(log_probs)
    entropy_coef = 0.0 if entropies.grad is None else entropies.grad
    line["entropy_coef"] = float(entropy_coef[0]) if isinstance(entropy_coef, torch.Tensor) else entropy_coef
    line["grad_norm"], line["grad_norm_before"] = norm(), before
    if values is not None:
        line["value_loss"], line["value_grad"] = value_loss.item(), values.grad
    gradients = {}
    for _, _, _, h in tensors:
        for name, head in h.items():
            gradients.setdefault(f"{name}_grad", []).append(torch.zeros_like(head) if head.grad is None else head.grad)
    for name, rows in gradients.items():
        line[name] = torch.stack(rows)
    if mistake == "one_output_only":
        rows = torch.zeros_like(line["logits_grad"])
        actions = [int(s["action"]) for e in episodes for s in e]
        for t, a in enumerate(actions):
            rows[t, a] = -w[t].detach()
        line["logits_grad"] = rows
    optimiser.step()
    return line


def drop(case, lines):
    """Leaves out what the case does not record."""
    for line in lines:
        for name in case["without"]:
            line.pop(name, None)


DISCRETE = ["one_output_only", "softmax_twice", "floored_probability"]
GAUSSIAN = ["dimensions_not_summed", "sigma_confusion", "clipped_action_log_prob"]
CRITIC = ["undetached_advantage", "truncation_as_termination", "one_sided_value_gradient"]
ANY = [
    "missing_gamma_t", "gamma_t_twice", "wrong_sign", "episode_return_weights", "forward_returns", "reversed_returns",
    "return_leaks_across_episodes", "rewards_off_by_one", "mean_log_prob_times_sum", "outer_product_broadcast",
    "mean_instead_of_sum", "probability_instead_of_log", "normalised_per_episode", "rewards_only", "argmax_log_prob",
    "acting_greedily", "stochastic_layers", "stale_log_probs", "entropy_sign", "sampled_entropy", "wrong_entropy",
    "entropy_without_gradient", "detached_log_prob", "missing_zero_grad",
]
NEEDS = {
    "entropy_sign": ["entropy_coef|grads"], "undetached_advantage": ["value_grad"], "one_sided_value_gradient": ["value_grad"],
    "one_output_only": ["grads"], "missing_zero_grad": ["grad_norm_before"], "entropy_without_gradient": ["coef", "entropy_coef", "loss"],
    "probability_instead_of_log": ["coef"],
}


def draw_case(rng, mistake):
    gaussian = mistake in GAUSSIAN or (mistake not in DISCRETE and rng.random() < 0.4)
    world = "line" if gaussian else rng.choice(["cartpole", "grid", "grid"])
    critic = mistake in CRITIC or rng.random() < 0.35
    truncates = mistake == "truncation_as_termination" or rng.random() < (0.4 if critic else 0.15)
    per_update = rng.choice([1, 1, 1, 2, 3])
    if mistake in ("mean_log_prob_times_sum", "normalised_per_episode", "episode_return_weights", "reversed_returns", "mean_instead_of_sum"):
        per_update = 1
    if mistake == "return_leaks_across_episodes":
        per_update, critic, truncates = 3, False, False
    if mistake in ("normalised_per_episode", "rewards_only", "outer_product_broadcast", "mean_log_prob_times_sum"):
        critic = False
    if mistake in ("rewards_only", "rewards_off_by_one", "reversed_returns") and world == "cartpole" and mistake == "rewards_only":
        world = "grid"
    case = {
        "world": world, "id": {"line": "Line-v0", "grid": "Grid-v0", "cartpole": "CartPole-v1"}[world],
        "gaussian": gaussian, "critic": critic, "truncates": truncates, "per_update": per_update,
        "gamma": rng.choice([0.8, 0.9, 0.95, 0.97, 0.99, 0.99]), "float32": rng.random() < 0.5, "adam": rng.random() < 0.6,
        "lr": rng.choice([0.003, 0.01, 0.02]), "beta": rng.choice([0.001, 0.01, 0.05]), "updates": rng.randrange(5, 11),
        "shift": rng.choice([-1, 1]), "header": rng.random() < 0.7, "without": [],
    }
    if mistake == "sampled_entropy":
        case["beta"] = 0.05
    if mistake in ("stale_log_probs", "acting_greedily"):
        case["lr"] = 0.02
    if mistake in ("sigma_confusion", "clipped_action_log_prob"):
        case["updates"] = 12
    optional = [["coef"], ["logits_grad", "mu_grad", "log_sigma_grad"], ["grad_norm", "grad_norm_before"], ["obs"], ["loss"], ["entropy_coef"], ["value_grad"], ["terminated"] if not truncates and per_update == 1 else []]
    needs = NEEDS.get(mistake, [])
    for group in optional:
        if rng.random() > 0.25 or any(n in group for n in needs):
            continue
        if "grads" in needs and "logits_grad" in group:
            continue
        if group == ["coef"] and rng.random() < 0.5:
            continue
        case["without"] += group
    # Something must be left to read the weights from.
    if "coef" in case["without"] and "logits_grad" in case["without"]:
        case["without"].remove("coef")
    if mistake == "entropy_sign" and "entropy_coef" in case["without"]:
        case["without"].remove("entropy_coef")
    return case


EXPECTED = {"reversed_returns": "forward_returns"}


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(seed)
    files = []
    names = ["correct"] + DISCRETE + GAUSSIAN + CRITIC + ANY
    for index in range(count):
        mistake = "correct" if rng.random() < 0.35 else names[index % len(names)]
        case = draw_case(rng, mistake)
        name = f"{index:04}.{mistake}.jsonl"
        run_case(rng, case, mistake, os.path.join(folder, name))
        expected = [] if mistake == "correct" else [EXPECTED.get(mistake, mistake)]
        files.append({"file": name, "findings": expected, "case": case})
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump({"files": files}, file)
    print(json.dumps({"files": len(files)}))


main()
