"""Names that say nothing, notes of unfinished work, and files that do not say what they are for."""

import re

from tree import CPP, SCRIPTS

EMPTY_NAMES = re.compile(r"(^|_|-)(util|utils|common|helper|helpers|manager|misc)(_|-|\.|$)")
EMPTY_TYPES = re.compile(r"\b(?:class|struct)\s+\w*(?:Util|Utils|Helper|Manager|Misc)\b")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|stub|for now)\b")
THIS_FOLDER = "tests/lint/" # its files have to spell the words


def says_purpose(path, lines):
    """A comment first; or its own header first, which says it for both."""
    first = lines[0][1] if lines else ""
    own_header = path.stem.removesuffix("_test") + ".h"
    return first.startswith("//") or (first.startswith('#include "') and first.endswith((f'/{own_header}"', f'"{own_header}"')))


def findings(tree):
    found = []
    for path in tree.files():
        if any(EMPTY_NAMES.search(part) for part in path.parts):
            found.append(f"{path}:1: empty name; say what the file is for instead")
        if path.suffix not in CPP | SCRIPTS or path.as_posix().startswith(THIS_FOLDER):
            continue
        lines = tree.lines(path)
        if path.suffix in CPP and not says_purpose(path, lines):
            found.append(f"{path}:1: no purpose; the first line of a file is a comment that says what it is for")
        for number, line in lines:
            if UNFINISHED.search(line):
                found.append(f"{path}:{number}: '{UNFINISHED.search(line)[0]}'; finish it or open an issue")
            if path.suffix in CPP and EMPTY_TYPES.search(line):
                found.append(f"{path}:{number}: empty type name; say what it does instead")
    return found
