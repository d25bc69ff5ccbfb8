"""Writes docs/targets.md from the stored results: what each server does differently, and the frames behind it."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ORDER = ["PASS", "INFO", "NON_STRICT", "WARN", "FAIL", "BLOCKED", "NOT_SUPPORTED", "NOT_APPLICABLE", "INCONCLUSIVE"]
HEAD = """# Servers of other projects, judged

Written by `python3 conformance/foreign/judge.py PLUMBLINE`, which installs each server at the version named here with the
ordinary client of its registry, starts the same echo application on it and judges it with `plumbline conform`. One run
each, on a machine of two cores that had other work; `conformance/foreign/results/<name>.json` has the frames behind every
line. FAIL is a MUST that does not hold, WARN a SHOULD, NON_STRICT a tolerated way; a clause that is BLOCKED could not be
judged, since another one fails. Where a server and the suite disagree, `conformance/spec/interpretations.yaml` says who
is right; the clauses quote the protocol.

For netty-socketio and socket.io 2.5.1 no result of this version is stored yet: the command makes it. An
INCONCLUSIVE is the load of that machine, not a word about the server.

What is the fixture's doing and not the server's stands below each server's name.
"""
# What a reader has to know to be fair to a server.
NOTES = {
    "socketioxide": "Event handlers are tasks of their own. On a runtime of several threads they run in any order, and the "
                    "echoes of one payload come back shuffled; the fixture uses one thread. It asks for a buffer of 20,000 packets: "
                    "of the 128 that are the default, an emit to a full one is lost (SIO-EV-03).",
    "python": "Heartbeats are whole seconds (1 s and 1 s here), and there is no connect timeout to declare. The fixture takes "
              "payloads of 1,000 packets, not of 16 (EIO-PK-05).",
    "netty": "A listener declares the types of its arguments; the fixture's are plain objects, for which an attachment arrives "
             "as base64 text. EIO-PK-03, EIO-PK-12 and SIO-BI-01 therefore say nothing of the server. The application's "
             "`auth` comes from its auth listener, which is not asked on namespaces (SIO-CO-03).",
    "node-2": "It speaks Engine.IO 3 only: a negative target, which must not pass.",
}


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def shortened(text, most=150):
    return text if len(text) <= most else text[:most] + "…"


def section(name, result):
    lines = [f"## {result['server']}", ""]
    if name in NOTES:
        lines += [NOTES[name], ""]
    told = [row for row in result["departures"] if row["verdict"] in ("FAIL", "WARN", "NON_STRICT")]
    told.sort(key=lambda row: ("FAIL", "WARN", "NON_STRICT").index(row["verdict"]))
    lines += ["| clause | verdict | what it does |", "|---|---|---|"]
    for row in told:
        seen = cell(shortened(row["observed"] or "nothing").replace("`", "'"))
        why = cell(row["reason"]) if row["verdict"] == "NON_STRICT" and row["reason"] else ""
        lines.append(f"| {row['id']} {cell(row['title'])} | {row['verdict']} | {why + ': ' if why else ''}`{seen}` |")
    for verdict in ("BLOCKED", "NOT_APPLICABLE", "INCONCLUSIVE"):
        ids = [row["id"] for row in result["departures"] if row["verdict"] == verdict]
        if ids:
            lines += ["", f"{verdict}: {', '.join(ids)}."]
    return lines + [""]


def write(root, names):
    results = {}
    for name in names:
        file = HERE / "results" / f"{name}.json"
        if file.exists():
            results[name] = json.loads(file.read_text())
    lines = [HEAD, "| server | date | exit | " + " | ".join(ORDER) + " | died |", "|---|---|---|" + "---|" * (len(ORDER) + 1)]
    for result in results.values():
        counts = " | ".join(str(result["counts"].get(verdict, 0)) for verdict in ORDER)
        lines.append(f"| {result['server']} | {result['date']} | {result['exit_code']} | {counts} | {result['deaths']} |")
    lines.append("")
    for name, result in results.items():
        lines += section(name, result)
    (root / "docs/targets.md").write_text("\n".join(lines).rstrip() + "\n")
