"""Random categorical distributions, in the form of test/reference/distributions.json."""

import torch

from common import main


def draw_logits(rng):
    scale = rng.choice([0.01, 1, 1, 10, 300])
    logits = torch.tensor([rng.gauss(0, 1) * scale for _ in range(rng.randint(2, 8))])
    return logits + rng.choice([0, 0, 1000, -1000])


def draw_case(rng):
    logits = draw_logits(rng).requires_grad_()
    distribution = torch.distributions.Categorical(logits=logits)
    action = torch.tensor(rng.randrange(len(logits)))
    log_prob, entropy = distribution.log_prob(action), distribution.entropy()
    (dlog_prob,) = torch.autograd.grad(log_prob, logits, retain_graph=True)
    (dentropy,) = torch.autograd.grad(entropy, logits)
    return {
        "logits": logits,
        "action": int(action),
        "probs": distribution.probs,
        "log_prob": log_prob,
        "entropy": entropy,
        "dlog_prob_dlogits": dlog_prob,
        "dentropy_dlogits": dentropy,
    }


def make(rng, count):
    cases = [draw_case(rng) for _ in range(count)]
    return {"about": "random categorical distributions from torch", "categorical": cases}


main(make)
