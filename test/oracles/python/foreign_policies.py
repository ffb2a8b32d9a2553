"""Policies as others write them: categorical (with masks), Gaussian with σ from the network or free, tanh-squashed."""

import torch
from torch.distributions import Categorical, Independent, Normal


def network(rng, sizes, dtype, dropout=0.0):
    activation = rng.choice([torch.nn.Tanh, torch.nn.ReLU, torch.nn.ELU])
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs, dtype=dtype), activation()]
    layers = layers[:-1]
    if dropout:
        layers.insert(2, torch.nn.Dropout(dropout))
    return torch.nn.Sequential(*layers)


class Policy(torch.nn.Module):
    """Heads of a batch of observations, and log π of actions under them; `mistake` bends what is scored."""

    def __init__(self, rng, world, case):
        super().__init__()
        self.kind, self.mistake, self.case = case["policy"], case["mistake"], case
        self.dtype = torch.float32 if case["float32"] else torch.float64
        width = rng.choice([8, 16, 32])
        sizes = [world.size, *[width] * rng.choice([1, 1, 2])]
        self.is_discrete = world.actions is not None
        self.actions = world.actions if self.is_discrete else world.dims
        outputs = self.actions * (2 if self.kind == "gaussian" else 1)
        self.body = network(rng, [*sizes, outputs], self.dtype, 0.4 if self.mistake == "stochastic_layers" else 0.0)
        self.log_sigma = torch.nn.Parameter(torch.full((self.actions,), rng.choice([-0.7, -0.5, 0.0 if self.mistake is None else 0.3]), dtype=self.dtype))

    def forward(self, obs):
        out = self.body(obs)
        if self.is_discrete:
            if self.kind == "masked":
                forbidden = (obs.sum(-1) > obs.mean(-1) * 4) if obs.shape[-1] < 5 else obs[..., 0] > 0.5
                mask = torch.zeros_like(out)
                mask[..., -1] = torch.where(forbidden, self.case["mask"], 0.0).to(out.dtype)
                out = out + mask
            return {"logits": out}
        if self.kind == "gaussian":
            return {"mu": out[..., : self.actions], "log_sigma": 0.4 * torch.tanh(out[..., self.actions :]) - 0.4}
        return {"mu": out, "log_sigma": self.log_sigma.expand_as(out)}

    def distribution(self, heads):
        if self.is_discrete:
            return Categorical(logits=heads["logits"])
        return Independent(Normal(heads["mu"], heads["log_sigma"].exp()), 1)

    def sample(self, heads):
        """What is drawn, and what the environment is given."""
        if self.mistake == "acting_greedily":
            raw = heads["logits"].argmax(-1) if self.is_discrete else heads["mu"]
        elif self.mistake == "sigma_confusion" and self.case["shift"] > 0:
            raw = Normal(heads["mu"], heads["log_sigma"].exp() ** 2).sample()
        else:
            raw = self.distribution(heads).sample()
        if self.mistake == "clipped_action_log_prob":
            raw = raw.clamp(-0.5, 0.5)
        return raw.tanh() if self.kind == "squashed" else raw

    def log_prob(self, heads, action):
        if self.mistake == "argmax_log_prob":
            action = heads["logits"].argmax(-1) if self.is_discrete else heads["mu"].detach()
        if self.mistake == "softmax_twice":
            return Categorical(logits=heads["logits"].softmax(-1)).log_prob(action)
        if self.mistake == "floored_probability":
            return (heads["logits"].softmax(-1).gather(-1, action[..., None]).squeeze(-1) + self.case["floor"]).log()
        if self.kind == "squashed":
            raw = action.clamp(-1 + 1e-7, 1 - 1e-7).atanh()
            return self.distribution(heads).log_prob(raw) - torch.log1p(-(action**2)).sum(-1)
        if self.mistake == "dimensions_not_summed":
            return self.distribution(heads).base_dist.log_prob(action).mean(-1)
        if self.mistake == "sigma_confusion" and self.case["shift"] < 0:
            sigma = heads["log_sigma"].exp()
            return Independent(Normal(heads["mu"], sigma**2 if self.case["adam"] else sigma.sqrt()), 1).log_prob(action)
        return self.distribution(heads).log_prob(action)

    def entropy(self, heads, log_prob):
        if self.mistake == "sampled_entropy":
            return -log_prob
        entropy = self.distribution(heads).entropy()
        if self.mistake == "wrong_entropy":
            entropy = entropy / (0.6931471805599453 if self.case["shift"] < 0 else self.actions + 1)
        return entropy
