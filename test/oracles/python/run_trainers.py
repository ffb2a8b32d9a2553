"""Runs training scripts in one process: PROGRAM SEED COUNT SCRIPT TRACE SCRIPT TRACE … Prints the errors of those that failed."""

import json
import os
import runpy
import sys

import torch


def main():
    torch.set_num_threads(1)
    words, failed = sys.argv[3:], []
    for script, trace in zip(words[::2], words[1::2]):
        before = list(sys.path)
        sys.path.insert(0, os.path.dirname(script))
        sys.argv = [script, trace]
        os.chdir(os.path.dirname(script))
        try:
            values = runpy.run_path(script, run_name="__main__")
            for name in ("rec", "recorder"):
                if hasattr(values.get(name), "close"):
                    values[name].close()
        except Exception as error:
            failed.append(f"{os.path.basename(script)}: {error!r}")
        sys.path[:] = before
    json.dump(failed, sys.stdout)


main()
