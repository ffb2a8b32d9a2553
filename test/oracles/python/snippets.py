"""Pieces of training scripts as people write them, run by PyTorch on random data, with the loss's value and gradients.

Every piece ends with a name that holds its loss; a piece that calls backward() for every step leaves the sum of its steps'
gradients. The heads (log_pi, entropy, V) are leaves; what scripts call instead (distributions, buffers, networks) hands
them out.
"""

import types
from collections import deque

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from common import main, plain

PIECES = {
    "loop_over_zip": """
returns = deque()
R = 0
for r in policy.rewards[::-1]:
    R = r + args.gamma * R
    returns.appendleft(R)
returns = torch.tensor(returns)
returns = (returns - returns.mean()) / (returns.std() + eps)
policy_loss = []
for log_prob, R in zip(policy.saved_log_probs, returns):
    policy_loss.append(-log_prob * R)
optimizer.zero_grad()
loss = torch.stack(policy_loss).sum()
""",
    "inserted_returns": """
returns = []
R = 0
for r in reversed(rewards):
    R = gamma * R + r
    returns.insert(0, R)
loss = torch.stack([-log_prob * G for log_prob, G in zip(log_probs, returns)]).mean()
""",
    "filled_returns": """
returns = np.zeros(len(rewards))
running = 0
for i in reversed(range(len(rewards))):
    running = rewards[i] + gamma * running
    returns[i] = running
loss = -(torch.stack(log_probs) * torch.tensor(returns)).sum()
""",
    "summed_in_a_loop": """
loss = 0
for lp, g in zip(log_probs, returns):
    loss += -lp * g
loss = loss / len(log_probs)
""",
    "indexed_loop": """
loss = 0
for i in range(len(rewards)):
    loss -= log_probs[i] * returns[i]
""",
    "enumerated_discount": """
losses = []
for t, (lp, g) in enumerate(zip(log_probs, returns)):
    losses.append(-(gamma ** t) * g * lp)
loss = torch.stack(losses).sum()
""",
    "distribution": """
dist = agent(states)
loss = -(dist.log_prob(actions) * returns).mean() - 0.01 * dist.entropy().mean()
""",
    "function": """
def compute_loss(self, obs, act, weights):
    logp = self.policy(obs).log_prob(act)
    return -(logp * weights).mean()
loss = compute_loss(agent_self, states, actions, returns)
""",
    "buffer": """
data = buffer
adv, logp_old = data['adv'], data['logp_old']
logp = agent(states).log_prob(actions)
ratio = torch.exp(logp - logp_old)
clip_adv = torch.clamp(ratio, 1 - clip_ratio, 1 + clip_ratio) * adv
loss = -(torch.min(ratio * adv, clip_adv)).mean()
""",
    "actor_critic": """
policy_losses = []
value_losses = []
for (log_prob, value), R in zip(saved_actions, returns):
    advantage = R - value.item()
    policy_losses.append(-log_prob * advantage)
    value_losses.append(F.smooth_l1_loss(value, torch.tensor(R)))
loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
""",
    "minibatch": """
_, newlogprob, entropy, newvalue = agent.get_action_and_value(b_obs[mb_inds], b_actions.long()[mb_inds])
logratio = newlogprob - b_logprobs[mb_inds]
ratio = logratio.exp()
with torch.no_grad():
    approx_kl = ((ratio - 1) - logratio).mean()
    clipfracs += [((ratio - 1.0).abs() > args.clip_coef).float().mean().item()]
mb_advantages = b_advantages[mb_inds]
if args.norm_adv:
    mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)
pg_loss1 = -mb_advantages * ratio
pg_loss2 = -mb_advantages * torch.clamp(ratio, 1 - args.clip_coef, 1 + args.clip_coef)
pg_loss = torch.max(pg_loss1, pg_loss2).mean()
newvalue = newvalue.view(-1)
v_loss = 0.5 * ((newvalue - b_returns[mb_inds]) ** 2).mean()
loss = pg_loss - args.ent_coef * entropy.mean() + v_loss * args.vf_coef
""",
    "held_advantage": """
with torch.no_grad():
    advantage = returns - values
actor_loss = -(log_pi * advantage).mean()
critic_loss = nn.MSELoss()(values, returns)
loss = actor_loss + 0.5 * critic_loss
""",
    "members": """
self = agent_self
advantage = (self.returns - self.values).data
loss = (-self.logprobs * advantage).sum() + 0.5 * F.mse_loss(self.values, self.returns, reduction='sum')
""",
    "masked_target": """
target = r + gamma * V_next.detach() * (1 - done.float())
delta = target - values
loss = (delta.pow(2) - delta.detach() * log_pi).mean()
""",
    "long_lines": """
loss = -(
    log_pi  # of the actions taken
    * (returns - returns.mean())
).sum() \\
    - 0.01 * entropy.sum()
""",
}


def draw(rng):
    steps = rng.randrange(3, 9)
    normal = lambda: [rng.gauss(0, 1) for _ in range(steps)]
    r = normal()
    gamma = 0.97
    returns, running = [], 0.0
    for reward in reversed(r):
        running = reward + gamma * running
        returns.insert(0, running)
    return {
        "scalars": {"gamma": gamma},
        "data": {
            "r": r,
            "t": [float(i) for i in range(steps)],
            "G_recorded": returns,
            "log_pi": [-abs(x) - 0.01 for x in normal()],
            "log_pi_old": [-abs(x) - 0.01 for x in normal()],
            "entropy": [abs(x) + 0.05 for x in normal()],
            "adv": normal(),
            "V": normal(),
            "V_next": normal(),
            "a": [rng.randrange(3) for _ in range(steps)],
            "done": [i == steps - 1 for i in range(steps)],
            "terminated": [i == steps - 1 for i in range(steps)],
            "truncated": [False] * steps,
        },
    }


class Distribution:
    def __init__(self, log_pi, entropy):
        self.log_prob = lambda _: log_pi
        self.entropy = lambda: entropy


def world(batch):
    """What the pieces name, made of the batch."""
    data = {name: torch.tensor(values) for name, values in batch["data"].items()}
    leaves = {name: data[name].requires_grad_() for name in ("log_pi", "entropy", "V")}
    log_pi, entropy, values = leaves.values()
    dist = Distribution(log_pi, entropy)
    get = lambda *_: (None, log_pi, entropy, values)
    every = torch.arange(len(data["r"]))
    names = {
        **data,
        "gamma": batch["scalars"]["gamma"],
        "returns": data["G_recorded"],
        "rewards": batch["data"]["r"],
        "actions": data["a"],
        "values": values,
        "states": None,
        "b_obs": data["r"],
        "b_actions": data["a"],
        "b_logprobs": data["log_pi_old"],
        "b_advantages": data["adv"],
        "b_returns": data["G_recorded"],
        "mb_inds": every,
        "clipfracs": [],
        "clip_ratio": 0.2,
        "eps": 1e-8,
        "log_probs": list(log_pi),
        "saved_actions": list(zip(log_pi, values)),
        "policy": types.SimpleNamespace(rewards=batch["data"]["r"], saved_log_probs=list(log_pi)),
        "args": types.SimpleNamespace(gamma=0.97, clip_coef=0.2, ent_coef=0.01, vf_coef=0.5, norm_adv=True),
        "agent_self": types.SimpleNamespace(
            policy=lambda _: dist, returns=data["G_recorded"], values=values, logprobs=log_pi
        ),
        "buffer": {"adv": data["adv"], "logp_old": data["log_pi_old"]},
        "optimizer": types.SimpleNamespace(zero_grad=lambda: None),
        "np": np,
        "torch": torch,
        "nn": nn,
        "F": F,
        "deque": deque,
    }
    names["agent"] = Agent(dist, get)
    return names, leaves


class Agent:
    def __init__(self, dist, get):
        self.dist = dist
        self.get_action_and_value = get

    def __call__(self, _):
        return self.dist


def run(piece, batch):
    names, leaves = world(batch)
    exec(compile(piece, "piece", "exec"), names)
    loss = names["loss"]
    loss.backward()
    grad = {name: leaf.grad if leaf.grad is not None else torch.zeros_like(leaf) for name, leaf in leaves.items()}
    return loss.item(), grad


def draw_all(rng, count):
    batches = {f"d{i}": draw(rng) for i in range(count)}
    cases = []
    for name, piece in PIECES.items():
        for key, batch in batches.items():
            value, grad = run(piece, batch)
            cases.append({"id": f"{name} {key}", "data": key, "text": piece, "value": plain(value), "grad": plain(grad)})
    return {"batches": batches, "cases": cases}


main(draw_all)
