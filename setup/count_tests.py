"""Counts a ctest run for ./check: shows what failed with its output, last line `passed failed`.

A test that did not run counts as failed, unless it said itself that it skips: a test binary that was not built or a
fixture that broke must not look like success. A second report, of the tests with real processes that ran once more
alone, replaces what the first says of them, and each that needed it is named.
"""

import sys
import xml.etree.ElementTree as ElementTree

SHOWN_LINES = 60
NOISE = ("[ RUN      ]", "[       OK ]", "[==========]", "[----------]", "Running main()")  # of tests that passed


def is_skipped_by_itself(case):
    skipped = case.find("skipped")
    return skipped is not None and "SKIP_" in skipped.get("message", "")


def cases_of(report):
    return ElementTree.parse(report).getroot().findall("testcase")


def failed_in(case):
    return case.get("status") != "run" and not is_skipped_by_itself(case)


def main(report, log, again=None):
    try:
        cases = cases_of(report)
        second = {case.get("name"): case for case in cases_of(again)} if again else {}
    except (OSError, ElementTree.ParseError):
        with open(log, encoding="utf-8", errors="replace") as text:
            print("".join(text.readlines()[-SHOWN_LINES:]))
        print("FAILED   ctest itself; its output is above")
        print("0 1")
        return

    passed = failed = 0
    for case in cases:
        name = case.get("name")
        if failed_in(case) and name in second and not failed_in(second[name]):
            print(f"AGAIN    {name}: failed beside other tests, passed alone; the first output is in {log}")
            case = second[name]
        if case.get("status") == "run":
            passed += 1
        elif is_skipped_by_itself(case):
            print(f"skipped  {name}")
        else:
            failed += 1
            output = (case.findtext("system-out") or "").strip().splitlines()
            output = [line for line in output if not line.startswith(NOISE)]
            print(f"FAILED   {name} ({case.get('status')})")
            for line in output[-SHOWN_LINES:]:
                print(f"    {line}")
    if passed + failed == 0:
        print("FAILED   ctest found no test")
        failed = 1
    print(passed, failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
