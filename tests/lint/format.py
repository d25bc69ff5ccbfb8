"""C++ is formatted by clang-format 14 with the file at the root."""

import re
import shutil
import subprocess

from tree import CPP, REPOSITORY


def findings(tree):
    tool = shutil.which("clang-format-14")
    if tool is None:
        return ["clang-format-14 is not installed; ./check installs it"]
    files = tree.files(CPP)
    result = subprocess.run(
        [tool, "--dry-run", "--ferror-limit=1", f"--style=file:{REPOSITORY}/.clang-format", *map(str, files)],
        cwd=tree.root, capture_output=True, text=True, check=False)
    places = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", result.stderr, re.M)
    lines = {}
    for path, number in places:
        lines.setdefault(path, number)
    return [f"{path}:{number}: not formatted; run clang-format-14 -i {path}" for path, number in lines.items()]
