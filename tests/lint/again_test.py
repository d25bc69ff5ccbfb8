"""What runs once more after ./check's tests: what failed and has real processes, and nothing else."""

import pathlib
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

AGAIN = pathlib.Path(__file__).resolve().parents[2] / "setup" / "run_again.sh"
# Passes from its second run on: a folder cannot be made twice.
SECOND = 'add_test({name} "sh" "-c" "! mkdir {name}")\n'
TREE = "".join([
    'add_test(fine "true")\nset_tests_properties(fine PROPERTIES LABELS e2e)\n',
    SECOND.format(name="unit.bad"), "set_tests_properties(unit.bad PROPERTIES LABELS unit)\n",
    SECOND.format(name="e2e.shaky"), "set_tests_properties(e2e.shaky PROPERTIES LABELS e2e)\n",
    'add_test(stack.bad "false")\nset_tests_properties(stack.bad PROPERTIES LABELS integration)\n',
])  # fmt: skip


def statuses(report):
    return {case.get("name"): case.get("status") for case in ElementTree.parse(report).getroot().findall("testcase")}


def outcome(tests):
    """What the second run says of a tree with these tests; None when there was none."""
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        (tree / "CTestTestfile.cmake").write_text(tests, encoding="utf-8")
        subprocess.run(["ctest", "--test-dir", tree], capture_output=True, check=False)
        subprocess.run([AGAIN, tree], capture_output=True, check=False)
        again = tree / "junit-again.xml"
        return statuses(again) if again.exists() else None


def main():
    assert outcome(TREE) == {"e2e.shaky": "run", "stack.bad": "fail"}, outcome(TREE)
    assert outcome('add_test(fine "true")\nset_tests_properties(fine PROPERTIES LABELS e2e)\n') is None
    many = "".join(f'add_test(t{i} "false")\nset_tests_properties(t{i} PROPERTIES LABELS e2e)\n' for i in range(11))
    assert outcome(many) is None


main()
