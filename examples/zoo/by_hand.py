"""REINFORCE with a softmax layer and its gradient by hand, for the zoo's scripts without autograd."""

import random

import numpy as np

from worlds import CartPole


class ByHand:
    """π = softmax(W s). Scripts override the gradient at the outputs or the returns."""

    gamma, rate, updates, header = 0.97, 0.02, 12, {"framework": "numpy"}

    def __init__(self, seed):
        self.world = CartPole(random.Random(seed))
        self.random = np.random.default_rng(seed)
        self.weights = 0.1 * self.random.standard_normal((self.world.actions, self.world.size))

    def returns(self, rewards):
        following, found = 0.0, np.zeros(len(rewards))
        for t in reversed(range(len(rewards))):
            found[t] = following = rewards[t] + self.gamma * following
        return found

    def output_gradient(self, weights, logits, actions):
        """∂L/∂z = w(π − e_a) of L = −Σ w ln π: every output gets its share."""
        probabilities = softmax(logits)
        return weights[:, None] * (probabilities - np.eye(self.world.actions)[actions])

    def train(self, rec):
        for _ in range(self.updates):
            states, logits, actions, rewards = self.play(rec)
            weights = self.gamma ** np.arange(len(rewards)) * self.returns(rewards)
            gradient = self.output_gradient(weights, logits, actions)
            rec.update(logits_grad=gradient, grad_norm=float(np.linalg.norm(gradient.T @ states)))
            self.weights -= self.rate * gradient.T @ states

    def play(self, rec):
        state, states, logits, actions, rewards = self.world.reset(), [], [], [], []
        while True:
            z = self.weights @ state
            action = int(self.random.choice(len(z), p=softmax(z)))
            following, reward, terminated, truncated = self.world.step(action)
            rec.step(obs=state, action=action, reward=reward, terminated=terminated, truncated=truncated, logits=z,
                     log_prob=float(np.log(softmax(z)[action])))
            for column, value in zip((states, logits, actions, rewards), (state, z, action, reward)):
                column.append(value)
            state = following
            if terminated or truncated:
                return np.array(states), np.array(logits), np.array(actions), np.array(rewards)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
