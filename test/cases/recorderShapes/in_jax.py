import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np

env = gym.make("CartPole-v1")
theta = 0.1 * jax.random.normal(jax.random.PRNGKey(0), (4, 2))


def loss_fn(theta, states, actions, weights):
    log_probs = jax.nn.log_softmax(states @ theta)[jnp.arange(len(actions)), actions]
    return -(weights * log_probs).sum()


rng = np.random.default_rng(0)
for episode in range(3):
    s, _ = env.reset(seed=episode)
    states, actions, rewards, done = [], [], [], False
    while not done:
        a = int(rng.choice(2, p=np.asarray(jax.nn.softmax(s @ theta), dtype=float) / float(jax.nn.softmax(s @ theta).sum())))
        states.append(s)
        s, r, terminated, truncated, _ = env.step(a)
        actions.append(a)
        rewards.append(r)
        done = terminated or truncated
    weights = jnp.array([sum(rewards[t:]) for t in range(len(rewards))])
    theta = theta - 0.01 * jax.grad(loss_fn)(theta, jnp.array(states), jnp.array(actions), weights)
