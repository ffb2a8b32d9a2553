"""What the oracle programs share: a seeded generator, exact JSON, PyTorch on one thread in float64."""

import json
import math
import random
import sys

import torch

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


def main(make):
    """Prints `make(random generator, count)` as JSON; called as PROGRAM SEED COUNT."""
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    torch.manual_seed(seed)
    json.dump(plain(make(random.Random(seed), count)), sys.stdout, allow_nan=False)
