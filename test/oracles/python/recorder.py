"""What pgtrace records against PyTorch itself: PROGRAM SEED COUNT FOLDER.

Trains the zoo's PPO with and without the recorder and compares the parameters bit by bit; writes what autograd says of one
update beside what was recorded; with "forever" as a fourth word trains until it is killed, with "overhead" measures COUNT
iterations (under `taskset` for one processor).
"""

import json
import os
import random
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "examples", "real"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "examples", "zoo"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "python"))

import torch  # noqa: E402

import pgtrace  # noqa: E402
from cleanrl_ppo import Training  # noqa: E402
from zoo import Baseline, Ppo  # noqa: E402

torch.set_num_threads(1)


class Silent:
    """A recorder that records nothing."""

    def __getattr__(self, _):
        return lambda **_fields: None


def parameters(program):
    return [p.detach().tolist() for p in program.parameters()]


def trained(kind, seed, rec):
    program = kind(seed)
    program.train(rec)
    return program


def one_update(path):
    """Clipping and the optimiser must not change what was recorded."""
    torch.manual_seed(3)
    net = torch.nn.Linear(4, 3, dtype=torch.float64)
    obs, actions = torch.randn(6, 4, dtype=torch.float64), torch.tensor([0, 1, 2, 2, 1, 0])
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
    with pgtrace.open(path, gamma=0.9) as rec:
        logits = net(obs)
        distribution = torch.distributions.Categorical(logits=logits)
        log_probs, entropies = distribution.log_prob(actions), distribution.entropy()
        weights = torch.tensor([3.0, -1, float("nan"), 2, 5, 1], dtype=torch.float64).nan_to_num(0.5)
        for t in range(6):
            rec.step(obs=obs[t], action=actions[t], reward=float(t), terminated=t == 5, log_prob=log_probs[t])
        loss = -(weights * log_probs).sum() - 0.01 * entropies.sum()
        expected = torch.autograd.grad(loss, [log_probs, entropies, logits, *net.parameters()], retain_graph=True)
        rec.watch(weights=weights, logits_seen=logits)
        rec.update(loss=loss, log_prob=log_probs, entropy=entropies, logits=logits, params=net.parameters())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.001)
        optimiser.step()
    norm = float(torch.cat([g.flatten() for g in expected[3:]]).norm())
    return {"coef": expected[0].tolist(), "entropy_coef": expected[1].tolist(), "logits_grad": expected[2].tolist(), "grad_norm": norm}


def overhead(seed, folder, rounds):
    """
    Milliseconds per iteration of CleanRL's PPO with its defaults for CartPole, environments and all, interleaved in a drawn
    order: without the recorder, with all updates recorded, and with those that the recorder takes of its own accord. The
    trainer's CPU and wall time are medians; the writer's CPU time, in a process of its own, is a mean beside them.
    """
    traces = {"all": 1, "paced": None}
    recorders = {name: pgtrace.open(os.path.join(folder, f"{name}.pgtrace"), every) for name, every in traces.items()}
    programs = {name: Training(seed, recorders.get(name, Silent())) for name in ("without", *traces)}
    times = {name: {"cpu": [], "wall": []} for name in programs}
    order, draw = list(programs), random.Random(seed)
    for _ in range(rounds):
        draw.shuffle(order)
        for name in order:
            cpu, wall = time.process_time(), time.perf_counter()
            programs[name].iterate()
            times[name]["cpu"].append(1000 * (time.process_time() - cpu))
            times[name]["wall"].append(1000 * (time.perf_counter() - wall))
    for rec in recorders.values():
        rec.flush()
    medians = {name: {kind: statistics.median(values) for kind, values in found.items()} for name, found in times.items()}
    percent = {name: {kind: 100 * (value / medians["without"][kind] - 1) for kind, value in medians[name].items()} for name in traces}
    writer = {name: 1000 * rec._writer.seconds / rounds for name, rec in recorders.items()}
    recorded = {name: rec._pace.recorded for name, rec in recorders.items()}
    return {"milliseconds": medians, "percent": percent, "writer": writer, "recorded": recorded, "updates": 16 * rounds}


def thinned(seed, folder):
    """The same training with every rollout and with every other one recorded."""
    for every in (1, 2):
        with pgtrace.open(os.path.join(folder, f"every{every}.pgtrace"), every, gamma=0.98, **Ppo.header) as rec:
            trained(Ppo, seed, rec)


def main():
    seed, folder = int(sys.argv[1]), sys.argv[3]
    if sys.argv[4:] == ["forever"]:
        with pgtrace.open(os.path.join(folder, "killed.pgtrace"), gamma=0.97) as rec:
            while True:
                trained(Baseline, seed, rec)
    if sys.argv[4:] == ["overhead"]:
        json.dump(overhead(seed, folder, int(sys.argv[2])), sys.stdout)
        return
    thinned(seed, folder)
    same = {}
    for kind in (Baseline, Ppo):
        path = os.path.join(folder, f"{kind.__name__}.pgtrace")
        with pgtrace.open(path, gamma=kind.gamma, **kind.header) as rec:
            recorded = trained(kind, seed, rec)
        same[kind.__name__] = parameters(recorded) == parameters(trained(kind, seed, Silent()))
    json.dump({"same": same, "expected": one_update(os.path.join(folder, "one.pgtrace"))}, sys.stdout)


main()
