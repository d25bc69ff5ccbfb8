"""g++ 12 destroys some temporaries inside a co_await expression twice (docs/hazards.md); clang-query finds them."""

import pathlib
import re
import shutil
import subprocess

from tree import CPP, REPOSITORY

TEMPORARY = "anyOf(lambdaExpr(), initListExpr(), cxxStdInitializerListExpr())"


def compile_arguments(tree, path):
    """A sample compiles alone; a source sees every public header and the private ones of its own folder."""
    if tree.is_sample:
        return ["--", "-std=c++20"]
    folders = [*REPOSITORY.glob("libs/*/include"), *REPOSITORY.glob("*/include"),
               *(parent / "src" for parent in (REPOSITORY / path).parents), REPOSITORY / "tests"]
    return ["--", "-std=c++20", "-DPLUMBLINE_MUTANTS=1", "-DBOOST_ASIO_SEPARATE_COMPILATION",
            *(f"-I{folder}" for folder in folders if folder.is_dir())]


def findings(tree):
    files = [path for path in tree.files(CPP)
             if any(re.search(r"\bco_await\b", line.split("//")[0]) for _, line in tree.lines(path))]
    if not files:
        return []
    tool = shutil.which("clang-query-14")
    if tool is None:
        return ["clang-query-14 is not installed; ./check installs it (Debian package clang-tools-14)"]

    found = []
    query = f'match expr({TEMPORARY}, isExpansionInFileMatching("{tree.root}/"), hasAncestor(coawaitExpr()))'
    for path in files:
        result = subprocess.run(
            [tool, "-c", "set traversal AsIs", "-c", "set output diag", "-c", query, str(tree.root / path),
             *compile_arguments(tree, path)], capture_output=True, text=True, check=False)
        if "error:" in result.stderr or " match" not in result.stdout:
            found.append(f"{path}:1: clang-query cannot read it; {result.stderr.strip()[:300]}")
        for place, number in re.findall(r"^(\S+?):(\d+):\d+: note: \"root\" binds here", result.stdout, re.M):
            place = pathlib.Path(place).relative_to(tree.root)
            found.append(f"{place}:{number}: temporary inside co_await; name it first, g++ 12 destroys it twice")
    return sorted(set(found))
