"""Runs Python scripts in one process: PROGRAM SEED COUNT FILE… Prints for each its exit code, or its error, and its output."""

import contextlib
import io
import json
import runpy
import sys


def main():
    ran = []
    for path in sys.argv[3:]:
        output, code = io.StringIO(), 0
        try:
            with contextlib.redirect_stdout(output):
                runpy.run_path(path, run_name="__main__")
        except SystemExit as ended:
            code = ended.code
        except Exception as error:
            code = repr(error)
        ran.append({"code": code, "output": output.getvalue()})
    json.dump(ran, sys.stdout)


main()
