"""How these scripts are started: --out FILE records, without it nothing is recorded; --seed, and --rounds of training."""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import pgtrace  # noqa: E402


class Silent:
    """A recorder that records nothing."""

    def __getattr__(self, _):
        return lambda **_fields: None


def options(rounds):
    parser = argparse.ArgumentParser()
    parser.add_argument("--out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--every", type=int)
    return parser.parse_args()


def recorder(given, **header):
    return pgtrace.open(given.out, every=given.every, **header) if given.out else Silent()
