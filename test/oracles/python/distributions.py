"""Random categorical and normal distributions, in the form of test/reference/distributions.json."""

import torch
from torch.distributions import Independent, Normal, TransformedDistribution
from torch.distributions.transforms import AffineTransform, TanhTransform

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


def gaussian(mu, log_sigma, distribution, action, entropy):
    log_prob = distribution.log_prob(action)
    dmu, dlog_sigma = torch.autograd.grad(log_prob, (mu, log_sigma))
    return {
        "mu": mu,
        "log_sigma": log_sigma,
        "action": action,
        "log_prob": log_prob,
        "entropy": entropy,
        "dlog_prob_dmu": dmu,
        "dlog_prob_dlog_sigma": dlog_sigma,
    }


def draw_normal(rng):
    """Independent dimensions: the action may lie far out, and sigma be small or large."""
    count = rng.randint(1, 5)
    numbers = lambda scale: torch.tensor([rng.gauss(0, 1) * scale for _ in range(count)])
    mu, log_sigma = numbers(rng.choice([0.1, 2, 100])).requires_grad_(), numbers(rng.choice([0.5, 3])).requires_grad_()
    distribution = Independent(Normal(mu, log_sigma.exp()), 1)
    action = (mu + log_sigma.exp() * numbers(rng.choice([1, 6]))).detach()
    return gaussian(mu, log_sigma, distribution, action, distribution.entropy())


def draw_tanh_normal(rng):
    """scale·tanh of a normal; no further out than float64 still tells the action from the bound well."""
    count, scale = rng.randint(1, 4), rng.choice([0.5, 1, 2])
    numbers = lambda size: torch.tensor([rng.gauss(0, 1) * size for _ in range(count)])
    mu, log_sigma = numbers(1).requires_grad_(), numbers(0.5).requires_grad_()
    transforms = [TanhTransform(), AffineTransform(0, scale)]
    distribution = Independent(TransformedDistribution(Normal(mu, log_sigma.exp()), transforms), 1)
    action = scale * torch.tanh((numbers(1)).clamp(-2, 2))
    return {**gaussian(mu, log_sigma, distribution, action, None), "scale": scale}


def make(rng, count):
    return {
        "about": "random distributions from torch",
        "categorical": [draw_case(rng) for _ in range(count)],
        "diagonal_normal": [draw_normal(rng) for _ in range(count)],
        "tanh_normal": [draw_tanh_normal(rng) for _ in range(count)],
    }


main(make)
