"""Stable-Baselines3's PPO on four environments whose time limit it bootstraps from, recorded by the callback."""

import gymnasium
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

from common import options, pgtrace

CLIP = 0.2


def main():
    given = options(rounds=4)
    torch.set_num_threads(1)
    envs = make_vec_env(lambda: gymnasium.make("CartPole-v1", max_episode_steps=30), n_envs=4, seed=given.seed)
    model = PPO("MlpPolicy", envs, seed=given.seed, device="cpu", n_steps=64, batch_size=64, n_epochs=4, clip_range=CLIP, ent_coef=0.01)
    if given.out:
        rec = pgtrace.open(given.out, every=given.every, environment="CartPole-v1", gamma=model.gamma, gae_lambda=model.gae_lambda,
                           clip_epsilon=CLIP)
        model.learn(given.rounds * 256, callback=pgtrace.sb3(rec))
        rec.close()
    else:
        model.learn(given.rounds * 256)
    print(sum(float(p.detach().double().sum()) for p in model.policy.parameters()))


main()
