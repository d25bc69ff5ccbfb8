"""Files and functions that have grown too large to be read at once."""

import re

from tree import CPP

FILE_LINES = 400
TEST_LINES = 600
MAIN_LINES = 40
FUNCTION_LINES = 60
# clang-format leaves a function's head and its closing brace at the margin, since namespaces are not indented.
NOT_A_FUNCTION = re.compile(r"(namespace|class|struct|enum|union|extern|template\s*<[^(]*>\s*(class|struct)|[\w:<> ]+=)\b")


def functions(lines):
    """(number of the first line, length) of each function body at the margin."""
    start = None
    for number, line in lines:
        if start is None:
            at_margin = line and not line[0].isspace() and line[0] not in "#/}"
            if at_margin and line.endswith("{") and "(" in line and not NOT_A_FUNCTION.match(line):
                start = number
        elif line.startswith("}"):
            yield start, number - start + 1
            start = None


def findings(tree):
    found = []
    for path in tree.files(CPP | {".py", ".mjs"}):
        lines = tree.lines(path)
        limit = TEST_LINES if path.parts[0] == "tests" else FILE_LINES
        limit = MAIN_LINES if path.parts[0] == "cli" and path.name == "main.cpp" else limit
        if len(lines) > limit:
            found.append(f"{path}:1: {len(lines)} lines; at most {limit}, split it by question")
        if path.suffix in CPP:
            for number, length in functions(lines):
                if length > FUNCTION_LINES:
                    found.append(f"{path}:{number}: function of {length} lines; at most {FUNCTION_LINES}")
    return found
