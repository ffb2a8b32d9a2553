"""Stable-Baselines3's A2C, recorded by the callback and by the optimiser's step; needs stable-baselines3."""

import torch
from stable_baselines3 import A2C

from common import options, pgtrace


def main():
    given = options(rounds=40)
    torch.set_num_threads(1)
    model = A2C("MlpPolicy", "CartPole-v1", seed=given.seed, device="cpu", n_steps=32)
    if given.out:
        rec = pgtrace.open(given.out, every=given.every, environment="CartPole-v1", gamma=model.gamma, gae_lambda=model.gae_lambda)
        model.learn(given.rounds * 32, callback=pgtrace.sb3(rec))
        rec.close()
    else:
        model.learn(given.rounds * 32)
    print(sum(float(p.detach().double().sum()) for p in model.policy.parameters()))


main()
