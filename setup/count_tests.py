"""Counts a ctest run for ./check: shows what failed with its output, last line `passed failed`.

A test that did not run counts as failed, unless it said itself that it skips: a test binary that was not built or a
fixture that broke must not look like success.
"""

import sys
import xml.etree.ElementTree as ElementTree

SHOWN_LINES = 60


def is_skipped_by_itself(case):
    skipped = case.find("skipped")
    return skipped is not None and "SKIP_" in skipped.get("message", "")


def main(report, log):
    try:
        cases = ElementTree.parse(report).getroot().findall("testcase")
    except (OSError, ElementTree.ParseError):
        with open(log, encoding="utf-8", errors="replace") as text:
            print("".join(text.readlines()[-SHOWN_LINES:]))
        print("FAILED   ctest itself; its output is above")
        print("0 1")
        return

    passed = failed = 0
    for case in cases:
        name = case.get("name")
        if case.get("status") == "run":
            passed += 1
        elif is_skipped_by_itself(case):
            print(f"skipped  {name}")
        else:
            failed += 1
            output = (case.findtext("system-out") or "").strip().splitlines()
            print(f"FAILED   {name} ({case.get('status')})")
            for line in output[-SHOWN_LINES:]:
                print(f"    {line}")
    if passed + failed == 0:
        print("FAILED   ctest found no test")
        failed = 1
    print(passed, failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
