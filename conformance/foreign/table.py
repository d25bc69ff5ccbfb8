"""Writes docs/targets.md from the stored results: what each server does differently, and the frames behind it."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ORDER = ["PASS", "INFO", "NON_STRICT", "WARN", "FAIL", "BLOCKED", "NOT_SUPPORTED", "NOT_APPLICABLE", "INCONCLUSIVE"]
HEAD = """# Servers and clients of other projects, judged

Written by `python3 conformance/foreign/judge.py PLUMBLINE`, which installs each at the version named here with the
ordinary client of its registry. On a server it starts the same echo application and judges it with `plumbline conform`; a
client is judged with `plumbline conform --subject client`, by a server that misbehaves on purpose. One run each, on a
machine of two cores that had other work; `conformance/foreign/results/<name>.json` has the frames behind every line. FAIL
is a MUST that does not hold, WARN a SHOULD, NON_STRICT a tolerated way; a clause that is BLOCKED could not be judged, since
another one fails. Where one of them and the suite disagree, `conformance/spec/interpretations.yaml` says who is right; the
clauses quote the protocol.

An INCONCLUSIVE is the load of that machine, not a word about the server.

What is the fixture's doing and not the server's stands below each server's name.

## Servers
"""
CLIENT_HEAD = """## Clients

The programs that hold them are those of `tests/e2e/conform/clients`. The client of our load generator is judged in `./check`,
which demands PASS for all clauses but CLI-12, which it does not support.
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
    "client-rust": "It has a connection for each namespace, so that CLI-09 is judged with one. An event that has nothing but its "
                   "name is handed over as `message` with that name as its argument.",
    "node-2": "It speaks Engine.IO 3 only: a negative target, which must not pass.",
}


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def shortened(text, most=150):
    return text if len(text) <= most else text[:most] + "…"


def section(name, result):
    lines = [f"### {result.get('server') or result['client']}", ""]
    if name in NOTES:
        lines += [NOTES[name], ""]
    told = [row for row in result["departures"] if row["verdict"] in ("FAIL", "WARN", "NON_STRICT")]
    told.sort(key=lambda row: ("FAIL", "WARN", "NON_STRICT").index(row["verdict"]))
    lines += ["| clause | verdict | what it does |", "|---|---|---|"]
    for row in told:
        seen = cell(shortened(row["observed"] or "nothing").replace("`", "'"))
        why = cell(row["reason"]) if row["verdict"] == "NON_STRICT" and row["reason"] else ""
        lines.append(f"| {row['id']} {cell(row['title'])} | {row['verdict']} | {why + ': ' if why else ''}`{seen}` |")
    for verdict in ("BLOCKED", "NOT_SUPPORTED", "NOT_APPLICABLE", "INCONCLUSIVE"):
        ids = [row["id"] for row in result["departures"] if row["verdict"] == verdict]
        if ids:
            lines += ["", f"{verdict}: {', '.join(ids)}."]
    return lines + [""]


def stored(names):
    files = {name: HERE / "results" / f"{name}.json" for name in names}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def overview(subject, results):
    """One line for each. Only a server can die of the suite: a client is started anew for each case."""
    last = ["died"] if subject == "server" else []
    columns = [subject, "date", "exit", *ORDER, *last]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for result in results.values():
        counts = [result["counts"].get(verdict, 0) for verdict in ORDER]
        cells = [result[subject], result["date"], result["exit_code"], *counts, *([result["deaths"]] if last else [])]
        lines.append("| " + " | ".join(str(one) for one in cells) + " |")
    return lines + [""]


def write(root, servers, clients):
    lines = [HEAD]
    for subject, names in ("server", servers), ("client", clients):
        results = stored(names)
        lines += [CLIENT_HEAD] if subject == "client" else []
        lines += overview(subject, results)
        for name, result in results.items():
            lines += section(name, result)
    (root / "docs/targets.md").write_text("\n".join(lines).rstrip() + "\n")
