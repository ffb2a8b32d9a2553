"""Runs every program of examples/real with and without the recorder, in one process: PROGRAM SEED COUNT FOLDER.

Three seeds of each. Prints what each said at its end, the sum of its parameters: [recorded, not recorded] by name and seed.
"""

import contextlib
import io
import json
import os
import runpy
import sys

REAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "real")


def said(name, *words):
    sys.argv = [name, *words]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(os.path.join(REAL, f"{name}.py"), run_name="__main__")
    return out.getvalue()


def main():
    folder = sys.argv[3]
    sys.path.insert(0, REAL)
    names = sorted(name[:-3] for name in os.listdir(REAL) if name.endswith(".py") and name != "common.py")
    ends = {}
    for name in names:
        for seed in ("1", "2", "3"):
            path = os.path.join(folder, f"{name}.{seed}.pgtrace")
            ends.setdefault(name, {})[seed] = [said(name, "--seed", seed, "--out", path), said(name, "--seed", seed)]
    json.dump(ends, sys.stdout)


main()
