"""Runs clang-tidy over the product's sources in a build tree, one per core; exit code 1 when it finds something.

Tests are left out: GoogleTest's macros make the analyzer slow and find nothing there.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys


def main(tree):
    root = pathlib.Path(__file__).resolve().parent.parent
    with open(pathlib.Path(tree, "compile_commands.json"), encoding="utf-8") as commands:
        files = sorted({entry["file"] for entry in json.load(commands)})
    files = [name for name in files
             if name.startswith(f"{root}/") and not name.startswith((f"{root}/build/", f"{root}/tests/"))]

    def tidy(name):
        command = ["clang-tidy-19", "-p", tree, "--quiet", "--extra-arg=-Wno-unknown-warning-option", name]
        return name, subprocess.run(command, capture_output=True, text=True, check=False)

    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for name, result in workers.map(tidy, files):
            if result.returncode != 0:
                found += 1
                print(f"== {os.path.relpath(name, root)}\n{result.stdout}{result.stderr}", flush=True)
    print(f"clang-tidy: {len(files)} files, {found} with findings")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
