"""Writes lossValues.json: values and gradients of loss texts by JAX, in float64, as an oracle for the loss language.

Run with a Python that has jax: python make_loss_values.py > lossValues.json
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp

jax.config.update("jax_enable_x64", True)

CASES = [
    ("expm1(x)", lambda d: jnp.expm1(d["x"])),
    ("log2(p) + log10(q) + rsqrt(p)", lambda d: jnp.log2(d["p"]) + jnp.log10(d["q"]) + jax.lax.rsqrt(d["p"])),
    ("logsigmoid(20 * x)", lambda d: jax.nn.log_sigmoid(20 * d["x"])),
    ("F.softmax(m, dim=1)[:, 0] * y", lambda d: jax.nn.softmax(d["m"], axis=1)[:, 0] * d["y"]),
    ("F.softmax(m, dim=0) * n", lambda d: jax.nn.softmax(d["m"], axis=0) * d["n"]),
    ("m.log_softmax(-1) * n", lambda d: jax.nn.log_softmax(d["m"], axis=-1) * d["n"]),
    ("torch.logsumexp(m, 0)", lambda d: logsumexp(d["m"], axis=0)),
    ("np.std(m, axis=1) + np.var(x)", lambda d: jnp.std(d["m"], axis=1) + jnp.var(d["x"])),
    ("m.std(1) + x.var()", lambda d: jnp.std(d["m"], axis=1, ddof=1) + jnp.var(d["x"], ddof=1)),
    ("m.prod(1)", lambda d: jnp.prod(d["m"], axis=1)),
    ("m.cumsum(0) * m.cumprod(1)", lambda d: jnp.cumsum(d["m"], 0) * jnp.cumprod(d["m"], 1)),
    ("x @ m @ m[0]", lambda d: d["x"] @ d["m"] @ d["m"][0]),
    ("torch.linalg.norm(m, dim=1)", lambda d: jnp.linalg.norm(d["m"], axis=1)),
    ("m.norm(1, 0)", lambda d: jnp.abs(d["m"]).sum(0)),
    ("kl(m, n)", lambda d: (jax.nn.softmax(d["m"]) * (jax.nn.log_softmax(d["m"]) - jax.nn.log_softmax(d["n"]))).sum(1)),
    ("normalize(x, 0.01)", lambda d: (d["x"] - d["x"].mean()) / (d["x"].std(ddof=1) + 0.01)),
    ("one_hot(a, 3) * m", lambda d: jax.nn.one_hot(d["a"], 3) * d["m"]),
    ("m.gather(1, a.unsqueeze(1)).squeeze(1)", lambda d: jnp.take_along_axis(d["m"], d["a"].astype(int)[:, None], 1)[:, 0]),
    ("m * x.unsqueeze(1) + n[1]", lambda d: d["m"] * d["x"][:, None] + d["n"][1]),
    ("m[1:, ::2].sum(0, keepdim=True)", lambda d: d["m"][1:, ::2].sum(0, keepdims=True)),
    ("x % q + m[:, 1] % 0.3", lambda d: d["x"] % d["q"] + d["m"][:, 1] % 0.3),
    ("F.elu(x, 0.5) + F.leaky_relu(y, 0.1)", lambda d: jax.nn.elu(d["x"], 0.5) + jax.nn.leaky_relu(d["y"], 0.1)),
    ("p ** y + y ** 3", lambda d: d["p"] ** d["y"] + d["y"] ** 3),
    ("m.flip([0, 1]) * n", lambda d: jnp.flip(d["m"]) * d["n"]),
    ("(m.amax(1) - m.min(axis=0).sum()) * x", lambda d: (d["m"].max(1) - d["m"].min(0).sum()) * d["x"]),
    ("categorical_entropy(m)", lambda d: -(jax.nn.softmax(d["m"]) * jax.nn.log_softmax(d["m"])).sum(1)),
    ("F.cross_entropy(m, a)", lambda d: -jax.nn.log_softmax(d["m"])[jnp.arange(5), d["a"].astype(int)].mean()),
]


def data(seed):
    draw = np.random.default_rng(seed)
    return {
        "x": draw.normal(size=5),
        "y": draw.normal(size=5),
        "p": draw.uniform(0.1, 2, 5),
        "q": draw.uniform(0.1, 2, 5),
        "m": draw.normal(size=(5, 3)),
        "n": draw.normal(size=(5, 3)),
        "a": draw.integers(0, 3, 5).astype(float),
    }


def main():
    given = data(5)
    constants = {"a": given["a"]}
    leaves = {name: jnp.asarray(value) for name, value in given.items() if name != "a"}
    cases = []
    for text, function in CASES:
        total = lambda chosen: function({**chosen, "a": jnp.asarray(constants["a"])}).sum()
        value = function({**leaves, "a": jnp.asarray(constants["a"])})
        gradient = jax.grad(total)(leaves)
        cases.append(
            {
                "text": text,
                "shape": list(value.shape),
                "value": np.asarray(value).tolist(),
                "grad": {name: np.asarray(part).tolist() for name, part in gradient.items()},
            }
        )
    about = f"Made by make_loss_values.py with jax {jax.__version__}, numpy {np.__version__}; float64, CPU. grad is that of the sum."
    print(json.dumps({"about": about, "data": {k: v.tolist() for k, v in given.items()}, "cases": cases}, indent=1))


main()
