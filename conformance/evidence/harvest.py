#!/usr/bin/env python3
"""Makes the stored evidence that the judge is tested with (tests/unit/conform/golden_test.cpp).

usage: harvest.py PLUMBLINE [NODE]           from the source tree; NODE: the Node executable, for the official server
       harvest.py keep RUN SOURCE CASE...    takes of a run directory, of moments that no command brings about

Judges our own server, its mutants and the official Node server, and keeps small takes with the verdict that was given:
one file each, conformance/evidence/<source>/<case>.jsonl. The first line is where it comes from, the target and the
verdict, the others are the evidence. Look at the difference before you commit: a changed verdict is a changed judge.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LARGEST = 12_000
LARGEST_SPOILT = 80_000  # three takes of what only a mutant shows
MADE_ANEW = re.compile("own|node|mutant-.*")
NODE_TARGET = """schema: target/1
target: {{name: node socket.io}}
endpoints: {{socketio: {{url: '{url}'}}}}
timing: {{ping_interval_ms: 300, ping_timeout_ms: 200, connect_timeout_ms: 1000}}
limits: {{max_payload: 1000000}}
"""


def judge(plumbline, folder, name, words):
    out = folder / name
    subprocess.run([plumbline, "conform", "--seed", "7", "--out", out, *words], stdout=subprocess.DEVNULL, check=False)
    return judged(out)


def judged(out):
    lines = [json.loads(line) for line in (out / "report.jsonl").read_text().splitlines()]
    return out, lines[0], [line["verdict"] for line in lines if "verdict" in line]


def wanted(verdict, spoilt):
    """Of a mutant only what it spoils: its passes are those of the good server."""
    if verdict["verdict"] in ("BLOCKED", "NOT_APPLICABLE", "INCONCLUSIVE"):
        return False
    return not spoilt or verdict["verdict"] != "PASS"


def harvest(out, header, verdicts, source, spoilt):
    target = header["target"]
    target["configuration"] = source
    kept = 0
    for verdict in verdicts:
        evidence = out / "evidence" / (verdict["case"] + ".jsonl")
        largest = LARGEST_SPOILT if spoilt else LARGEST
        if not wanted(verdict, spoilt) or not evidence.exists() or evidence.stat().st_size > largest:
            continue
        keep(evidence, source, target, verdict)
        kept += 1
    print(f"{source}: {kept}")


def keep(evidence, source, target, verdict):
    first = {"golden": "plumbline/golden/1", "from": source, "target": target, "verdict": verdict}
    file = HERE / source / evidence.name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(first) + "\n" + evidence.read_text())


def keep_moments(run, source, cases):
    out, header, verdicts = judged(pathlib.Path(run))
    target = header["target"]
    target["configuration"] = source
    for verdict in verdicts:
        if verdict["case"] in cases:
            keep(out / "evidence" / (verdict["case"] + ".jsonl"), source, target, verdict)


def mutants():
    return re.findall(r"^  - id: (\S+)", (ROOT / "conformance/spec/mutants.yaml").read_text(), re.MULTILINE)


def main():
    if sys.argv[1] == "keep":
        return keep_moments(sys.argv[2], sys.argv[3], sys.argv[4:])
    plumbline = sys.argv[1]
    for old in HERE.iterdir():
        if old.is_dir() and MADE_ANEW.fullmatch(old.name):
            shutil.rmtree(old)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        harvest(*judge(plumbline, folder, "own", []), "own", False)
        for mutant in mutants():
            harvest(*judge(plumbline, folder, mutant, ["--mutant", mutant]), "mutant-" + mutant, True)
        if len(sys.argv) > 2:
            server = subprocess.Popen([sys.argv[2], ROOT / "tests/e2e/conform/node_server.mjs"],
                                      stdout=subprocess.PIPE, text=True)
            try:
                url = server.stdout.readline().split()[-1]
                (folder / "node.yaml").write_text(NODE_TARGET.format(url=url))
                harvest(*judge(plumbline, folder, "node", ["--target", folder / "node.yaml"]), "node", False)
            finally:
                server.kill()
                server.wait()


main()
