"""Runs one lint over the repository, or over its bad sample, where it must find exactly what expected.txt says.

usage: lint.py NAME            exit code 1 and one line `file:line: what; why` per finding
       lint.py NAME --sample   proves that the lint can fail
"""

import importlib
import sys

from tree import REPOSITORY, SAMPLES, Tree


def main(name, sample):
    findings = importlib.import_module(name).findings
    if not sample:
        found = findings(Tree(REPOSITORY))
        print("\n".join(found))
        return 1 if found else 0

    expected = (SAMPLES / name / "expected.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split(";")[0] for line in findings(Tree(SAMPLES / name))]
    for line in sorted(set(expected) - set(found)):
        print(f"not found: {line}")
    for line in sorted(set(found) - set(expected)):
        print(f"found, but not expected: {line}")
    return 0 if expected and sorted(found) == sorted(expected) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], "--sample" in sys.argv))
