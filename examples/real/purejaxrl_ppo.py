"""
PPO in the shape of PureJaxRL: environment, rollout, advantages and minibatches in one jitted function. What each minibatch
computed comes out of its scan, and is recorded after the fact; ∂loss/∂log π is the gradient at zeros added to log π.
"""

import jax
import jax.numpy as jnp
import numpy

from common import options, recorder

STEPS, ENVS, EPOCHS, MINIBATCHES, EPISODE = 32, 4, 2, 4, 10
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 2e-3


def initial(key):
    keys = jax.random.split(key, 3)
    dense = lambda key, a, b: jax.random.normal(key, (a, b)) / a**0.5
    return {"body": dense(keys[0], 3, 32), "policy": 0.1 * dense(keys[1], 32, 2), "value": dense(keys[2], 32, 1)}


def heads(params, obs):
    hidden = jnp.tanh(obs @ params["body"])
    return hidden @ params["policy"], (hidden @ params["value"])[..., 0]


def env_step(key, state, action):
    """A point on a line that is pushed left or right; the episode is over outside ±1.5, or after 10 steps."""
    place, speed, time = state[..., 0], state[..., 1], state[..., 2]
    speed = 0.9 * speed + 0.3 * (2 * action - 1) + 0.05 * jax.random.normal(key, action.shape)
    place = place + 0.3 * speed
    reward = 1.0 - place**2
    done = (jnp.abs(place) > 1.5) | (time > EPISODE / 10 - 0.15)
    following = jnp.stack([place, speed, time + 0.1], -1)
    return jnp.where(done[..., None], jnp.zeros_like(following), following), reward, done


def collect(params, state, key):
    def step(state, key):
        acting, moving = jax.random.split(key)
        logits, value = heads(params, state)
        action = jax.random.categorical(acting, logits)
        log_prob = jnp.take_along_axis(jax.nn.log_softmax(logits), action[..., None], -1)[..., 0]
        following, reward, done = env_step(moving, state, action)
        return following, {"obs": state, "action": action, "reward": reward, "terminated": done, "value": value,
                           "log_prob": log_prob, "logits": logits}

    state, batch = jax.lax.scan(step, state, jax.random.split(key, STEPS))
    return state, batch, heads(params, state)[1]


def estimate(batch, last_value):
    def step(carry, row):
        following, next_value = carry
        alive = 1 - row["terminated"]
        delta = row["reward"] + GAMMA * next_value * alive - row["value"]
        following = delta + GAMMA * LAMBDA * alive * following
        return (following, row["value"]), following

    return jax.lax.scan(step, (jnp.zeros(ENVS), last_value), batch, reverse=True)[1]


def loss_of(params, offset, batch, advantages, returns):
    logits, value = heads(params, batch["obs"])
    log_probs = jax.nn.log_softmax(logits)
    log_prob = jnp.take_along_axis(log_probs, batch["action"][..., None], -1)[..., 0] + offset
    entropy = -(jnp.exp(log_probs) * log_probs).sum(-1)
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    ratio = jnp.exp(log_prob - batch["log_prob"])
    policy = -jnp.minimum(ratio * advantages, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantages).mean()
    loss = policy + VALUE * 0.5 * jnp.square(value - returns).mean() - ENTROPY * entropy.mean()
    return loss, {"log_prob": log_prob, "entropy": entropy, "value": value, "logits": logits}


@jax.jit
def iterate(params, state, key):
    collecting, shuffling = jax.random.split(key)
    state, batch, last_value = collect(params, state, collecting)
    advantages = estimate(batch, last_value)
    flat = jax.tree.map(lambda x: x.reshape(STEPS * ENVS, *x.shape[2:]), (batch, advantages, advantages + batch["value"]))

    def minibatch(params, rows):
        part = jax.tree.map(lambda x: x[rows], flat)
        compute = jax.value_and_grad(loss_of, argnums=(0, 1), has_aux=True)
        (loss, outputs), (gradient, coef) = compute(params, jnp.zeros(len(rows)), *part)
        norm = jnp.sqrt(sum(jnp.square(g).sum() for g in jax.tree.leaves(gradient)))
        params = jax.tree.map(lambda p, g: p - RATE * g, params, gradient)
        return params, {"loss": loss, "coef": coef, "grad_norm": norm, "rows": rows, **outputs}

    order = jnp.concatenate([jax.random.permutation(k, STEPS * ENVS) for k in jax.random.split(shuffling, EPOCHS)])
    params, updates = jax.lax.scan(minibatch, params, order.reshape(EPOCHS * MINIBATCHES, -1))
    return params, state, batch, last_value, updates


def main():
    given = options(rounds=6)
    key = jax.random.key(given.seed)
    params, state = initial(key), jnp.zeros((ENVS, 3))
    rec = recorder(given, gamma=GAMMA, gae_lambda=LAMBDA, clip_epsilon=CLIP)
    for round in range(given.rounds):
        params, state, batch, last_value, updates = iterate(params, state, jax.random.fold_in(key, round))
        if given.out:
            rec.rollout(**batch, last_value=last_value)
            updates = jax.tree.map(numpy.asarray, updates)
            for index in range(EPOCHS * MINIBATCHES):
                rec.update(**jax.tree.map(lambda x: x[index], updates), epoch=index // MINIBATCHES, minibatch=index % MINIBATCHES)
    rec.close()
    print(sum(float(numpy.asarray(p, numpy.float64).sum()) for p in jax.tree.leaves(params)))


main()
