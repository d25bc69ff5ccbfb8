"""Whatever a conformance case may see its target do, its clause knows: took("slow") without an alternative `slow` judges
nothing. Followed through the helpers that a case calls."""

import re

import yaml

CASES = "conformance/src/cases"
HEAD = re.compile(r"^[\w:<>&* ]+?[ &*](\w+)\([^;]*$")
TOOK = re.compile(r'\btook\("([\w-]+)"')
CASE = re.compile(r'PLUMBLINE_CASE\((\w+), "([\w-]+)[".]')


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


def reached(name, bodies, seen):
    """The alternatives that a function may take, itself or by what it calls."""
    if name in seen or name not in bodies:
        return set()
    seen.add(name)
    body = bodies[name][1]
    taken = set(TOOK.findall(body))
    if ".alternative" in body:  # it tells in its own words what a helper saw
        return taken
    for called in re.findall(r"\b(\w+)\(", body):
        taken |= reached(called, bodies, seen)
    return taken


def findings(tree):
    known = {}
    cases = []
    for path in tree.files({".yaml", ".inc"}):
        text = (tree.root / path).read_text(encoding="utf-8")
        if path.as_posix().startswith("conformance/spec/"):
            for clause in (yaml.safe_load(text) or {}).get("clauses", []):
                known[clause["id"]] = {alternative["id"] for alternative in clause.get("alternatives", [])}
        elif path.as_posix().startswith(CASES):
            cases += CASE.findall(text)
    bodies = functions(tree)
    found = []
    for function, clause in cases:
        for alternative in sorted(reached(function, bodies, set()) - known.get(clause, set())):
            place = bodies[function][0]
            found.append(f"{place}: {clause} has no alternative `{alternative}`; add it, or let the case judge")
    return found
