"""What the oracle programs share: a seeded generator, exact JSON, PyTorch on one thread in float64."""

import json
import math
import random
import sys

import torch
from torch.utils._python_dispatch import TorchDispatchMode

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def plain(value):
    """Tensors and numbers as JSON: float64 that reads back exactly, NaN and infinities as strings."""
    if isinstance(value, torch.Tensor):
        return plain(value.detach().tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def shaken(rng, tensor):
    """The tensor moved by a few rounding errors: what a calculation that is well conditioned does not feel."""
    noise = torch.tensor([rng.uniform(-2e-15, 2e-15) for _ in range(tensor.numel())])
    return tensor * (1 + noise.reshape(tensor.shape))


class Rounding(TorchDispatchMode):
    """Moves what every operation gives, forward and backward, by a few rounding errors of its own."""

    EXACT = {"detach", "alias", "view", "slice", "select", "flip", "where", "clamp", "relu", "abs", "neg", "sign"}

    def __init__(self, rng):
        super().__init__()
        self.generator = torch.Generator().manual_seed(rng.randrange(2**31))

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        if name in self.EXACT or name.endswith("_") or not isinstance(result, torch.Tensor):
            return result
        if result.dtype != torch.float64:
            return result
        noise = torch.rand(result.shape, generator=self.generator) * 2 - 1
        return result * (1 + 4e-16 * noise)


def is_close(a, b):
    """A tenth of the tests' tolerance; NaN equals NaN and an infinity itself."""
    if a.shape != b.shape:
        return False
    bound = 1e-13 + 1e-10 * torch.maximum(a.abs(), b.abs()).clamp(min=1e-3)
    return bool((((a - b).abs() <= bound) | (a == b) | (a.isnan() & b.isnan())).all())


def main(make):
    """Prints `make(random generator, count)` as JSON; called as PROGRAM SEED COUNT."""
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    torch.manual_seed(seed)
    json.dump(plain(make(random.Random(seed), count)), sys.stdout, allow_nan=False)
