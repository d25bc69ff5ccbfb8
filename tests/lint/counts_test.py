"""What ./check makes of ctest's reports: nothing that failed may look like success."""

import pathlib
import subprocess
import sys
import tempfile

COUNT = pathlib.Path(__file__).resolve().parents[2] / "setup" / "count_tests.py"


def counted(first, again=None):
    def report(path, cases):
        body = "".join(f'<testcase name="{name}" status="{status}"><system-out>{out}</system-out></testcase>'
                       for name, status, out in cases)  # fmt: skip
        path.write_text(f"<testsuite>{body}</testsuite>", encoding="utf-8")
        return path

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        words = [sys.executable, "-B", COUNT, report(folder / "first.xml", first), folder / "tests.log"]
        if again is not None:
            words.append(report(folder / "again.xml", again))
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def main():
    good, bad = ("unit", "run", ""), ("stack", "fail", "[       OK ] other\nstack.cpp:7: Failure")
    assert counted([good, bad])[-1] == "1 1"
    assert "    stack.cpp:7: Failure" in counted([good, bad])
    assert not any("[       OK ]" in line for line in counted([good, bad]))
    assert counted([good, bad], [("stack", "run", "")])[-1] == "2 0"
    assert counted([good, bad], [("stack", "run", "")])[0].startswith("AGAIN    stack:")
    assert counted([good, bad], [bad])[-1] == "1 1"
    assert counted([good, bad], [])[-1] == "1 1"
    assert counted([("gone", "notrun", "")])[-1] == "0 1"
    assert counted([])[-1] == "0 1"


main()
