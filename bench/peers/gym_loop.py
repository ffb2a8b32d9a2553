"""A plain loop over a vector of 8 CartPoles: steps per second, as JSON. Called as PROGRAM ROUNDS MODE."""

import json
import sys
import time
import warnings

import gymnasium
import numpy

warnings.filterwarnings("ignore")
rounds, mode = int(sys.argv[1]), sys.argv[2]
count = 8
environments = gymnasium.make_vec("CartPole-v1", num_envs=count, vectorization_mode=None if mode == "own" else mode)
environments.reset(seed=1)
actions = numpy.random.default_rng(1).integers(0, 2, (1000, count))
for t in range(500):
    environments.step(actions[t % 1000])
started = time.perf_counter()
for t in range(rounds):
    environments.step(actions[t % 1000])
seconds = time.perf_counter() - started
json.dump({"steps_per_second": rounds * count / seconds}, sys.stdout)
