"""What a conformance case does, followed through the helpers that it calls, fits its clause: the alternatives that it may take
are those of the clause (took("slow") without an alternative `slow` judges nothing), and a case that waits for an echo is of a
clause that asks for a fixture which echoes."""

import re

import yaml

CASES = "conformance/src/cases"
HEAD = re.compile(r"^[\w:<>&* ]+?[ &*](\w+)\([^;]*$")
TOOK = re.compile(r'\btook\("([\w-]+)"')
CASE = re.compile(r'PLUMBLINE_CASE\((\w+), "([\w-]+)[".]')
ECHO = "message-back"


def functions(tree):
    """Name of each function at the margin of a case file -> where it begins and its body."""
    found = {}
    for path in tree.files({".cpp"}):
        name = None
        for number, line in tree.lines(path) if path.as_posix().startswith(CASES) else ():
            if name is None and line and not line[0].isspace() and (head := HEAD.match(line)):
                name, begin, body = head[1], f"{path}:{number}", []
            elif name is not None and line.startswith("}"):
                found[name] = (begin, "\n".join(body))
                name = None
            elif name is not None:
                body.append(line)
    return found


def bodies_below(name, bodies, seen, stop):
    """The body of a function and of what it calls; not of what a function calls in which `stop` stands."""
    if name in seen or name not in bodies:
        return
    seen.add(name)
    body = bodies[name][1]
    yield body
    if stop is None or stop not in body:
        for called in re.findall(r"\b(\w+)\(", body):
            yield from bodies_below(called, bodies, seen, stop)


def findings(tree):
    clauses = {}
    cases = []
    for path in tree.files({".yaml", ".inc"}):
        text = (tree.root / path).read_text(encoding="utf-8")
        if path.as_posix().startswith("conformance/spec/"):
            clauses |= {clause["id"]: clause for clause in (yaml.safe_load(text) or {}).get("clauses", [])}
        elif path.as_posix().startswith(CASES):
            cases += CASE.findall(text)
    bodies = functions(tree)
    found = []
    for function, name in cases:
        if function not in bodies:
            continue
        place = bodies[function][0]
        clause = clauses.get(name, {})
        known = {alternative["id"] for alternative in clause.get("alternatives", [])}
        # A function that reads `.alternative` tells in its own words what a helper saw.
        taken = {one for body in bodies_below(function, bodies, set(), ".alternative") for one in TOOK.findall(body)}
        for alternative in sorted(taken - known):
            found.append(f"{place}: {name} has no alternative `{alternative}`; add it, or let the case judge")
        waits = any(ECHO in body for body in bodies_below(function, bodies, set(), None))
        if waits and clause.get("subject") == "server" and "testapp" not in clause.get("requires", []):
            found.append(f"{place}: {name} waits for an echo; it requires testapp")
    return found
