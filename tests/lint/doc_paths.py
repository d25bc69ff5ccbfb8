"""Paths that the documents name exist."""

import re

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^(?:\./)?[\w.][\w.\-*/]*$")
MADE_BY_COMMANDS = re.compile(r"^(build|reports/runs|\.cache|tests/e2e/node_modules)(/|$)")
TOP = {"cli", "cmake", "compose", "conformance", "docs", "libs", "loadgen", "reference-server", "reports", "scenarios",
       "setup", "tests", ".ci"}


def exists(tree, path):
    return any(tree.root.glob(path)) if "*" in path else (tree.root / path).exists()


def findings(tree):
    found = []
    for path in tree.files({".md"}):
        for number, line in tree.lines(path):
            for target in LINK.findall(line):
                if "://" not in target and not exists(tree, (path.parent / target).as_posix()):
                    found.append(f"{path}:{number}: no {target}; the link leads nowhere")
            for code in CODE.findall(line):
                for word in code.split():
                    named = word.removeprefix("./").rstrip(".,:")
                    first = named.split("/")[0]
                    is_path = PATH.match(named) and (word.startswith("./") or ("/" in named and first in TOP))
                    if is_path and not MADE_BY_COMMANDS.match(named) and not exists(tree, named):
                        found.append(f"{path}:{number}: no {named}; the document names a path that is not there")
    return found
