"""Time and randomness come from plumbline/base, so that every test can hold the clock and every run has one seed."""

import re

from tree import CPP

# Where the real sources are wrapped, and the benchmark pair that must not share code with what it is compared with.
ALLOWED = re.compile(r"^(libs/base/src/(clock|random)\.cpp|tests/bench/floor/)")
BANNED = re.compile(
    r"\b\w*_clock::now\b|\brandom_device\b|\bgettimeofday\s*\(|\bclock_gettime\s*\(|\bs?rand\s*\(|\bstd::time\s*\(")
SLEEP = re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\bnanosleep\s*\(")


def findings(tree):
    found = []
    for path in tree.files(CPP):
        if ALLOWED.match(path.as_posix()):
            continue
        for number, line in tree.lines(path):
            code = line.split("//")[0]
            if BANNED.search(code):
                found.append(f"{path}:{number}: {BANNED.search(code)[0]}; use plumbline/base/clock.h or random.h")
            if SLEEP.search(code):
                found.append(f"{path}:{number}: {SLEEP.search(code)[0]}; nothing here sleeps, use a timer or the manual clock")
    return found
