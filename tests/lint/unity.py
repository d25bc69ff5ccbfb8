"""Names in unnamed namespaces differ within one target: unity trees compile its sources as one."""

import re

OPEN = re.compile(r"^namespace \{")
CLOSE = re.compile(r"^\}\s*// namespace$")
# At the margin: a type, an alias, a constant, or a function's head up to its parenthesis.
TYPE = re.compile(r"^(?:struct|class|enum class|enum)\s+(\w+)")
ALIAS = re.compile(r"^(?:using|namespace)\s+(\w+)\s*=")
FUNCTION_OR_VALUE = re.compile(r"^[\w:<>,&*\s\[\]]*?[\s&*>](\w+)\s*(\(.*|\{.*|=.*|\[.*|;)$")
NOT_A_NAME = {"operator"}
IN_HEADER = re.compile(r"^(?:inline )?constexpr [\w:<>]+ (k\w+)")
TARGETS = re.compile(r"^(libs/\w+/src|(?:reference-server|loadgen|conformance|reports|compose)/src|tests/(?:unit|e2e|integration)/\w+)/")


def hidden_names(lines):
    """(line, name, signature) of what a source defines in its unnamed namespaces."""
    inside = False
    for number, line in lines:
        if OPEN.match(line):
            inside = True
        elif CLOSE.match(line):
            inside = False
        elif inside and line and line[0] not in " #/}":
            alias = ALIAS.match(line)
            found = TYPE.match(line) or (None if alias else FUNCTION_OR_VALUE.match(line))
            if found and found[1] not in NOT_A_NAME and not line.startswith(("template", "TEST", "INSTANTIATE", "using", "return")):
                arguments = found[2] if found.re is FUNCTION_OR_VALUE and found[2].startswith("(") else ""
                yield number, found[1], re.sub(r"\b\w+(?=[,)])|\s", "", arguments)


def findings(tree):
    found, seen = [], {}
    for path in tree.files({".h"}):  # a header's constant hides none: the compiler cannot tell the two apart
        target = TARGETS.match(path.as_posix())
        for _, line in tree.lines(path) if target else ():
            if name := IN_HEADER.match(line):
                seen.setdefault((target[1], name[1], ""), path)
    for path in tree.files({".cpp"}):
        target = TARGETS.match(path.as_posix())
        if not target:
            continue
        for number, name, signature in hidden_names(tree.lines(path)):
            first = seen.setdefault((target[1], name, signature), path)
            if first != path:
                found.append(f"{path}:{number}: {name} is in the unnamed namespace of {first.name} too; unity trees compile both as one")
    return found
