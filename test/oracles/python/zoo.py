"""Runs every script of the zoo and its right twin in one process: PROGRAM SEED COUNT FOLDER. Prints their names."""

import json
import os
import runpy
import sys

ZOO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "zoo")
SHARED = {"zoo", "worlds", "by_hand", "in_jax"}


def main():
    seed, folder = sys.argv[1], sys.argv[3]
    sys.path.insert(0, ZOO)
    names = sorted(name[:-3] for name in os.listdir(ZOO) if name.endswith(".py") and name[:-3] not in SHARED)
    for name in names:
        for side in ("wrong", "right"):
            words = ["--out", os.path.join(folder, f"{name}.{side}.pgtrace"), "--seed", seed]
            sys.argv = [name, *words, *(["--right"] if side == "right" else [])]
            runpy.run_path(os.path.join(ZOO, f"{name}.py"), run_name="__main__")
    json.dump(names, sys.stdout)


main()
