"""Evaluates printed losses by the libraries they were printed for, in float64.

Reads {"batches": [...], "cases": [{"batch", "texts": {target: text}}]} and prints, for each case and target,
{"value", "grad": {name: flat list}} or {"error"}. The texts are ours: tests print them.
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CONSTANTS = {"a", "t"}


def load(text):
    names = {}
    exec(compile(text, "printed", "exec"), names)
    function = names["policy_loss"]
    return function, function.__code__.co_varnames[: function.__code__.co_argcount]


def is_leaf(name, value):
    return isinstance(value, list) and name not in CONSTANTS and not isinstance(np.ravel(value)[0], (bool, np.bool_))


def floats(value):
    """JSON knows no difference between 1 and 1.0: what is no truth value is a float."""
    if isinstance(value, list):
        return [floats(item) for item in value]
    return value if isinstance(value, bool) else float(value)


def given(batch, name):
    name = name[:-1] if name.endswith("_") and name[:-1] in batch["scalars"] else name
    return floats(batch["scalars"][name] if name in batch["scalars"] else batch["data"][name])


def by_torch(text, batch):
    function, arguments = load(text)
    values = {name: given(batch, name) for name in arguments}
    tensors = {name: torch.tensor(value) if isinstance(value, list) else float(value) for name, value in values.items()}
    leaves = {name: tensors[name].double().requires_grad_() for name in arguments if is_leaf(name, values[name])}
    value = function(**{**tensors, **leaves})
    value = torch.as_tensor(value)
    if value.requires_grad:
        value.backward()
    zeros = {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    return float(value.detach()), {name: leaf.grad if leaf.grad is not None else zeros[name] for name, leaf in leaves.items()}


def by_jax(text, batch):
    function, arguments = load(text)
    values = {name: given(batch, name) for name in arguments}
    arrays = {name: jnp.asarray(value) if isinstance(value, list) else float(value) for name, value in values.items()}
    leaves = {name: arrays[name].astype(float) for name in arguments if is_leaf(name, values[name])}
    value, grad = jax.value_and_grad(lambda leaves: jnp.asarray(function(**{**arrays, **leaves}), float))(leaves)
    return float(value), grad


def by_numpy(text, batch):
    function, arguments = load(text)
    values = {name: given(batch, name) for name in arguments}
    arrays = {name: np.asarray(value) if isinstance(value, list) else float(value) for name, value in values.items()}
    arrays = {name: value.astype(float) if is_leaf(name, values[name]) else value for name, value in arrays.items()}
    with np.errstate(all="ignore"):
        value, grad = function(**arrays)
    return float(value), grad


LIBRARIES = {"pytorch": by_torch, "jax": by_jax, "numpy": by_numpy}


def evaluate(target, text, batch):
    try:
        value, grad = LIBRARIES[target](text, batch)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"value": value, "grad": {name: np.ravel(np.asarray(g, float)).tolist() for name, g in grad.items()}}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def main():
    asked = json.load(sys.stdin)
    batches = asked["batches"]
    results = [
        {target: evaluate(target, text, batches[case["batch"]]) for target, text in case["texts"].items() if target in LIBRARIES}
        for case in asked["cases"]
    ]
    json.dump(plain(results), sys.stdout, allow_nan=False)


main()
