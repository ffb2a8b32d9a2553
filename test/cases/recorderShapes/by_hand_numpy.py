"""NumPy alone: the gradient is written out."""
import gymnasium as gym
import numpy as np

env = gym.make("CartPole-v1")
rng = np.random.default_rng(0)
W = 0.1 * rng.standard_normal((2, 4))
for episode in range(5):
    s, _ = env.reset(seed=episode)
    grads, rewards, done = [], [], False
    while not done:
        z = W @ s
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        a = int(rng.choice(2, p=p))
        grads.append(np.outer(np.eye(2)[a] - p, s))
        s, r, terminated, truncated, _ = env.step(a)
        rewards.append(r)
        done = terminated or truncated
    for t, g in enumerate(grads):
        W += 0.01 * sum(rewards[t:]) * g
