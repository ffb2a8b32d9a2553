"""Training loops in other shapes than the recorder's own examples: PROGRAM SEED COUNT FOLDER.

Every case trains a little with the recorder in and gives what autograd says of its last update; printed as JSON by name.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "python"))

import gymnasium  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from torch.distributions import Categorical, Normal  # noqa: E402

import pgtrace  # noqa: E402

torch.set_num_threads(1)
AUTORESET = gymnasium.vector.AutoresetMode


def returns_of(rewards, gamma, following=0.0):
    found = []
    for reward in reversed(rewards):
        following = reward + gamma * following
        found.insert(0, following)
    return found


def oracle(loss, **tensors):
    """∂loss/∂tensor by autograd, for each name."""
    found = torch.autograd.grad(loss, list(tensors.values()), retain_graph=True)
    return {name: gradient.tolist() for name, gradient in zip(tensors, found)}


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, dtype=torch.float64)


def played(env, policy, rec, seed, record=True):
    """One episode of CartPole, recorded step by step: log-probabilities and rewards."""
    log_probs, rewards, ended = [], [], False
    obs, _ = env.reset(seed=seed)
    while not ended:
        distribution = Categorical(logits=policy(torch.as_tensor(obs, dtype=torch.float64)))
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        before = obs
        obs, reward, terminated, truncated, _ = env.step(action.item())
        ended = terminated or truncated
        rewards.append(reward)
        if record:
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                     log_prob=log_probs[-1], logits=distribution.logits)
    return log_probs, rewards


def vector_steps(rec, mode, is_wrapped=False):
    """Three environments, an update every 8 steps of each: n-step returns with a critic; steps that only reset are left out."""
    envs = gymnasium.vector.SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 3, autoreset_mode=mode)
    envs = pgtrace.wrap(envs, rec) if is_wrapped else envs
    policy, critic = linear(4, 2), linear(4, 1)
    optimizer = torch.optim.Adam([*policy.parameters(), *critic.parameters()], lr=0.01)
    obs, _ = envs.reset(seed=3)
    is_reset = torch.zeros(3, dtype=torch.bool)
    for _ in range(12):
        log_probs, values, rewards, ends, taken = [], [], [], [], []
        for _ in range(8):
            tensor = torch.as_tensor(obs, dtype=torch.float64)
            distribution = Categorical(logits=policy(tensor))
            action = distribution.sample()
            log_probs.append(distribution.log_prob(action))
            values.append(critic(tensor).squeeze(-1))
            if is_wrapped:
                rec.outputs(log_prob=log_probs[-1], value=values[-1], logits=distribution.logits)
            before = obs
            obs, reward, terminated, truncated, _ = envs.step(action.numpy())
            rewards.append(torch.as_tensor(reward))
            ends.append(torch.as_tensor(terminated | truncated))
            taken.append(~is_reset)
            is_reset = ends[-1] if mode == AUTORESET.NEXT_STEP else is_reset
            for lane in range(0 if is_wrapped else 3):
                rec.step(env=lane, obs=before[lane], action=action[lane], reward=reward[lane], terminated=terminated[lane],
                         truncated=truncated[lane], log_prob=log_probs[-1][lane], value=values[-1][lane])
        with torch.no_grad():
            following = critic(torch.as_tensor(obs, dtype=torch.float64)).squeeze(-1)
        targets = []
        for reward, end in zip(reversed(rewards), reversed(ends)):
            following = reward + 0.9 * following * ~end
            targets.insert(0, following)
        mask = torch.cat(taken)
        log_prob, value, target = (torch.cat(rows)[mask] for rows in (log_probs, values, targets))
        loss = -((target - value.detach()) * log_prob).mean() + 0.5 * ((target - value) ** 2).mean()
        optimizer.zero_grad()
        expected = oracle(loss, coef=log_prob, value_grad=value)
        rec.update(loss=loss, log_prob=log_prob, value=value, params=optimizer)
        loss.backward()
        optimizer.step()
    return expected


def one_step_actor_critic(rec):
    """Sutton & Barto, 13.5 without γᵗ: an update after every step, in the middle of its episode."""
    env, policy, critic = gymnasium.make("CartPole-v1"), linear(4, 2), linear(4, 1)
    optimizer = torch.optim.SGD([*policy.parameters(), *critic.parameters()], lr=0.01)
    for episode in range(3):
        obs, _ = env.reset(seed=episode)
        ended = False
        while not ended:
            tensor = torch.as_tensor(obs, dtype=torch.float64)
            distribution = Categorical(logits=policy(tensor))
            action, value, before = distribution.sample(), critic(tensor).squeeze(-1), obs
            log_prob = distribution.log_prob(action)
            obs, reward, terminated, truncated, _ = env.step(action.item())
            ended = terminated or truncated
            with torch.no_grad():
                following = 0.0 if terminated else critic(torch.as_tensor(obs, dtype=torch.float64)).item()
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated,
                     log_prob=log_prob, value=value, final_value=following)
            delta = reward + 0.99 * following - value
            loss = -delta.detach() * log_prob + 0.5 * delta**2
            optimizer.zero_grad()
            expected = oracle(loss, coef=log_prob, value_grad=value)
            rec.update(loss=loss, log_prob=[log_prob], value=[value], params=optimizer)
            loss.backward()
            optimizer.step()
    return expected


def recurrent(rec):
    """A GRU over the episode, its outputs and log-probabilities [T, 1, …] as one tensor."""
    env, cell, head = gymnasium.make("CartPole-v1"), torch.nn.GRU(4, 8, dtype=torch.float64), linear(8, 2)
    optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.01)
    for episode in range(4):
        obs, _ = env.reset(seed=episode)
        hidden, observations, actions, rewards, ended = None, [], [], [], False
        while not ended:
            with torch.no_grad():
                out, hidden = cell(torch.as_tensor(obs, dtype=torch.float64).view(1, 1, 4), hidden)
                logits = head(out)[0, 0]
                action = Categorical(logits=logits).sample()
            observations.append(obs)
            actions.append(action)
            obs, reward, terminated, truncated, _ = env.step(action.item())
            rec.step(obs=observations[-1], action=action, reward=reward, terminated=terminated, truncated=truncated, logits=logits)
            rewards.append(reward)
            ended = terminated or truncated
        out, _ = cell(torch.as_tensor(numpy.array(observations), dtype=torch.float64).unsqueeze(1))
        logits = head(out).squeeze(1)
        log_prob = Categorical(logits=logits).log_prob(torch.stack(actions))
        loss = -(torch.tensor(returns_of(rewards, 0.99)) * log_prob).sum()
        optimizer.zero_grad()
        expected = oracle(loss, coef=log_prob, logits_grad=logits)
        rec.update(loss=loss, log_prob=log_prob, logits=logits, params=optimizer)
        loss.backward()
        optimizer.step()
    return expected


def multi_discrete(rec):
    """Two actions a step, of a Dict observation: the log-probability is their sum."""
    policy = linear(5, 5)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    space = gymnasium.spaces.Dict(where=gymnasium.spaces.Box(-1, 1, (2,)), what=gymnasium.spaces.Discrete(3))
    space.seed(1)
    for _ in range(4):
        log_probs, rewards = [], []
        for t in range(12):
            obs = space.sample()
            flat = torch.as_tensor(gymnasium.spaces.flatten(space, obs), dtype=torch.float64)
            left, right = (Categorical(logits=part) for part in policy(flat).split([2, 3]))
            action = torch.stack([left.sample(), right.sample()])
            log_probs.append(left.log_prob(action[0]) + right.log_prob(action[1]))
            rewards.append(float(action[0] == 1) + 0.5 * float(action[1] == obs["what"]))
            rec.step(obs=obs, action=action, reward=rewards[-1], terminated=t == 11, log_prob=log_probs[-1])
        loss = -(torch.tensor(returns_of(rewards, 0.9)) * torch.stack(log_probs)).sum()
        optimizer.zero_grad()
        expected = oracle(loss, **{str(i): p for i, p in enumerate(log_probs)})
        rec.update(loss=loss, log_prob=log_probs, params=optimizer)
        loss.backward()
        optimizer.step()
    return {"coef": list(expected.values())}


def dict_rollout(rec):
    """Arrays [T, N] of a Dict observation, and Box actions [T, N, 2]; the advantages are rewards."""
    policy, log_sigma = linear(3, 2), torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    optimizer = torch.optim.SGD([*policy.parameters(), log_sigma], lr=0.01)
    for _ in range(3):
        where, what = torch.randn(6, 2, 2), torch.randn(6, 2)
        obs = torch.cat([where, what.unsqueeze(-1)], -1).double().view(12, 3)
        with torch.no_grad():
            actions = Normal(policy(obs), log_sigma.exp()).sample()
        reward = -(actions - obs[:, :2]).square().sum(-1)
        ends = torch.ones(6, 2, dtype=torch.bool)
        rec.rollout(obs={"where": where, "what": what}, action=actions.view(6, 2, 2), reward=reward.view(6, 2), terminated=ends)
        mu = policy(obs)
        log_prob = Normal(mu, log_sigma.exp()).log_prob(actions).sum(-1)
        loss = -(reward * log_prob).mean()
        optimizer.zero_grad()
        expected = oracle(loss, coef=log_prob, mu_grad=mu, log_sigma_grad=log_sigma)
        rec.update(loss=loss, log_prob=log_prob, mu=mu, log_sigma=log_sigma, params=optimizer)
        loss.backward()
        optimizer.step()
    return expected


def reinforce(rec, policy=None, step=None):
    """Three episodes of REINFORCE; `step(loss, optimizer)` is what a trainer does with the loss."""
    env, policy = gymnasium.make("CartPole-v1"), linear(4, 2) if policy is None else policy
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    for episode in range(3):
        log_probs, rewards = played(env, policy, rec, episode)
        log_prob = torch.stack(log_probs)
        loss = -(torch.tensor(returns_of(rewards, 0.99)) * log_prob).sum()
        expected = oracle(loss, coef=log_prob)
        parameters = list(policy.parameters())
        whole = torch.autograd.grad(loss, parameters, retain_graph=True)
        expected["grad_norm"] = float(torch.cat([g.flatten() for g in whole]).norm())
        optimizer.zero_grad()
        rec.update(loss=loss, log_prob=log_prob, params=parameters)
        (step or plain_step)(loss, optimizer)
    return expected


def plain_step(loss, optimizer):
    loss.backward()
    optimizer.step()


def compiled(rec):
    return reinforce(rec, torch.compile(linear(4, 2), backend="aot_eager"))


def compiled_whole(rec):
    """Loss, recorder and step in one compiled function: what the loss's own graph uses gets no gradient that can be seen."""
    policy = linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)

    @torch.compile(backend="aot_eager")
    def update(obs, actions, weights):
        log_prob = torch.log_softmax(policy(obs), -1).gather(1, actions[:, None])[:, 0]
        loss = -(weights * log_prob).sum()
        rec.update(loss=loss, log_prob=log_prob, params=optimizer)
        loss.backward()
        optimizer.step()

    for _ in range(2):
        obs, actions = torch.randn(6, 4, dtype=torch.float64), torch.tensor([0, 1, 1, 0, 1, 0])
        for t in range(6):
            rec.step(obs=obs[t], action=actions[t], reward=1.0, terminated=t == 5)
        update(obs, actions, torch.tensor(returns_of([1.0] * 6, 0.99), dtype=torch.float64))
    return {"coef": None}


def grad_scaler(rec):
    """Loss scaling as for float16: the gradients that arrive are those of 65,536 times the loss."""
    scaler = torch.amp.GradScaler("cpu")

    def step(loss, optimizer):
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 0.01)
        scaler.step(optimizer)
        scaler.update()

    return reinforce(rec, step=step)


def autocast(rec):
    """Forward passes in bfloat16: a step's when it acts, the episode's when it learns."""
    env, policy = gymnasium.make("CartPole-v1"), torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    for episode in range(3):
        obs, _ = env.reset(seed=episode)
        observations, actions, rewards, ended = [], [], [], False
        while not ended:
            observations.append(obs)
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                logits = policy(torch.as_tensor(obs))
            distribution = Categorical(logits=logits)
            actions.append(distribution.sample())
            obs, reward, terminated, truncated, _ = env.step(actions[-1].item())
            rewards.append(reward)
            ended = terminated or truncated
            rec.step(obs=observations[-1], action=actions[-1], reward=reward, terminated=terminated, truncated=truncated,
                     log_prob=distribution.log_prob(actions[-1]), logits=logits)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = policy(torch.as_tensor(numpy.array(observations)))
        log_prob = Categorical(logits=logits).log_prob(torch.stack(actions))
        loss = -(torch.tensor(returns_of(rewards, 0.99)) * log_prob).sum()
        expected = oracle(loss, coef=log_prob)
        optimizer.zero_grad()
        rec.update(loss=loss, log_prob=log_prob, logits=logits, params=optimizer)
        plain_step(loss, optimizer)
    assert logits.dtype == torch.bfloat16
    return expected


def accumulation(rec):
    """Four episodes, each its own backward(), before one step of the optimiser; every one is an update with its own gradient."""
    env, policy = gymnasium.make("CartPole-v1"), linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    for round in range(3):
        optimizer.zero_grad()
        for micro in range(4):
            log_probs, rewards = played(env, policy, rec, 10 * round + micro)
            log_prob = torch.stack(log_probs)
            loss = -(torch.tensor(returns_of(rewards, 0.99)) * log_prob).sum() / 4
            expected = oracle(loss, coef=log_prob)
            whole = torch.autograd.grad(loss, list(policy.parameters()), retain_graph=True)
            expected["grad_norm"] = float(torch.cat([g.flatten() for g in whole]).norm())
            rec.update(loss=loss, log_prob=log_prob, params=optimizer)
            loss.backward()
        optimizer.step()
    return expected


def two_optimisers(rec):
    """Policy and critic apart, each with its loss, backward() and optimiser; the loss given is the policy's."""
    env, policy, critic = gymnasium.make("CartPole-v1"), linear(4, 2), linear(4, 1)
    first, second = (torch.optim.SGD(part.parameters(), lr=0.01) for part in (policy, critic))
    for episode in range(3):
        log_probs, rewards = played(env, policy, rec, episode)
        log_prob = torch.stack(log_probs)
        value = critic(torch.randn(len(rewards), 4, dtype=torch.float64)).squeeze(-1)
        target = torch.tensor(returns_of(rewards, 0.99))
        policy_loss, value_loss = -(target * log_prob).sum(), (target - value).square().mean()
        expected = {**oracle(policy_loss, coef=log_prob), **oracle(value_loss, value_grad=value)}
        rec.update(loss=policy_loss, log_prob=log_prob, value=value, params=[*policy.parameters(), *critic.parameters()])
        first.zero_grad()
        policy_loss.backward(retain_graph=True)
        first.step()
        second.zero_grad()
        value_loss.backward()
        second.step()
    return {**expected, "grad_norm": None, "grad_norm_before": None}


def twice_backward(rec):
    """backward() twice on one graph: the gradients add up, as .grad does."""

    def step(loss, optimizer):
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()

    expected = reinforce(rec, step=step)
    return {"coef": [2 * g for g in expected["coef"]], "grad_norm": 2 * expected["grad_norm"]}


def steps_backward(rec):
    """A backward() for every step's own loss, without one loss that could be given."""
    env, policy = gymnasium.make("CartPole-v1"), linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    for episode in range(3):
        log_probs, rewards = played(env, policy, rec, episode)
        returns = returns_of(rewards, 0.99)
        optimizer.zero_grad()
        rec.update(log_prob=log_probs, params=optimizer)
        for log_prob, weight in zip(log_probs, returns):
            (-weight * log_prob).backward()
        optimizer.step()
    return {"coef": [-weight for weight in returns]}


def kept_gradients(rec):
    """The trainer reads log_prob.grad itself: what it finds there must be its own."""
    env, policy = gymnasium.make("CartPole-v1"), linear(4, 2)
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.01)
    log_probs, rewards = played(env, policy, rec, 1)
    log_prob = torch.stack(log_probs)
    log_prob.retain_grad()
    loss = -(torch.tensor(returns_of(rewards, 0.99)) * log_prob).sum()
    rec.update(loss=loss, log_prob=log_prob, params=optimizer)
    loss.backward()
    rec.flush()
    return {"coef": log_prob.grad.tolist()}


def closure(rec):
    """The step as PyTorch Lightning takes it: zero_grad, backward() inside the optimiser's closure."""

    def step(loss, optimizer):
        def again():
            optimizer.zero_grad()
            loss.backward()
            return loss

        optimizer.step(again)

    return reinforce(rec, step=step)


def functional(rec):
    """torch.autograd.grad instead of backward(): no .grad is ever filled."""

    def step(loss, optimizer):
        parameters = optimizer.param_groups[0]["params"]
        with torch.no_grad():
            for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                parameter -= 0.01 * gradient

    return {**reinforce(rec, step=step), "grad_norm": None}


def stopped_early(rec):
    """A loop that ends before backward(), as a KL limit does: nothing is said of gradients that never came."""
    expected = reinforce(rec)
    log_probs, _ = played(gymnasium.make("CartPole-v1"), linear(4, 2), rec, 9)
    rec.update(loss=-torch.stack(log_probs).sum(), log_prob=log_probs)
    return {"coef": None, "before": expected["coef"]}


def not_finite(rec):
    """NaN and infinities are recorded as they are."""
    policy = linear(2, 2)
    obs = torch.tensor([[1.0, 2.0], [0.5, 1.0], [3.0, 1.0]], dtype=torch.float64)
    log_prob = torch.log_softmax(policy(obs), -1)[:, 0]
    weights = torch.tensor([float("nan"), float("inf"), 2.0], dtype=torch.float64)
    for t in range(3):
        rec.step(obs=obs[t], action=0, reward=float("-inf") if t == 1 else 1.0, terminated=t == 2, log_prob=log_prob[t])
    loss = -(weights * log_prob).sum()
    expected = oracle(loss, coef=log_prob)
    rec.update(loss=loss, log_prob=log_prob, params=policy)
    loss.backward()
    return json.loads(json.dumps(expected).replace("NaN", '"NaN"').replace("-Infinity", '"-Infinity"'))


def in_jax(rec):
    """A jitted update whose gradients come with it; arrays of JAX, in float32."""
    import jax
    import jax.numpy as jnp

    @jax.jit
    def losses(logits, actions, weights):
        log_prob = jax.nn.log_softmax(logits)[jnp.arange(len(actions)), actions]
        return -(weights * log_prob).sum(), log_prob

    logits, actions = jnp.ones((5, 2)) * jnp.array([0.1, 0.4]), jnp.array([0, 1, 1, 0, 1])
    weights = jnp.array(returns_of([1.0] * 5, 0.9))
    (loss, log_prob), gradient = jax.value_and_grad(losses, has_aux=True)(logits, actions, weights)
    for t in range(5):
        rec.step(action=actions[t], reward=1.0, terminated=t == 4, logits=logits[t], log_prob=log_prob[t])
    rec.update(loss=loss, log_prob=log_prob, logits=logits, logits_grad=gradient, coef=-weights)
    return {"coef": (-weights).tolist(), "logits_grad": gradient.tolist()}


CASES = {
    "wrapped vector environment, next-step reset": lambda rec: vector_steps(rec, AUTORESET.NEXT_STEP, True),
    "wrapped vector environment, same-step reset": lambda rec: vector_steps(rec, AUTORESET.SAME_STEP, True),
    "steps of several environments": lambda rec: vector_steps(rec, AUTORESET.SAME_STEP),
    "one-step actor-critic": one_step_actor_critic,
    "recurrent policy": recurrent,
    "multi-discrete actions": multi_discrete,
    "rollout of Dict observations": dict_rollout,
    "compiled model": compiled,
    "compiled update": compiled_whole,
    "GradScaler": grad_scaler,
    "bfloat16": autocast,
    "gradient accumulation": accumulation,
    "two optimisers": two_optimisers,
    "backward twice": twice_backward,
    "a backward for every step": steps_backward,
    "gradients that the trainer keeps": kept_gradients,
    "a closure": closure,
    "torch.autograd.grad": functional,
    "a loop that stops early": stopped_early,
    "not finite": not_finite,
    "JAX": in_jax,
}


def main():
    seed, folder = int(sys.argv[1]), sys.argv[3]
    expected = {}
    for name, train in CASES.items():
        torch.manual_seed(seed)
        gamma = 0.9 if train in (in_jax, multi_discrete) or "environment" in name else 0.99
        with pgtrace.open(os.path.join(folder, f"{name}.pgtrace"), every=1, gamma=gamma) as rec:
            expected[name] = train(rec)
    json.dump(expected, sys.stdout, allow_nan=False)


main()
