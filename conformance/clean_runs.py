#!/usr/bin/env python3
"""Counts false failures: runs of the core profile on known-good servers, quiet and with both cores busy.

usage: clean_runs.py PLUMBLINE OUT.json own|node|URL|TARGET.yaml quiet|loaded RUNS

Adds runs to OUT.json until there are RUNS of that target in that state, so that it can be stopped and started again.
`own` is our server, `node` the official one of tests/e2e/conform. Loaded means one busy process per core beside it.
Exit 1: there was a FAIL, WARN or BLOCKED that is not known to be true of that server.
"""
import contextlib
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Departures of the official server, which are true (docs/targets.md).
KNOWN = {"node": {"EIO-UP-08": "FAIL", "SIO-CO-12": "WARN"}}


@contextlib.contextmanager
def child(words, **options):
    process = subprocess.Popen(words, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def busy(loaded):
    with contextlib.ExitStack() as stack:
        for _ in range(os.cpu_count() if loaded else 0):
            stack.enter_context(child([sys.executable, "-c", "while True: pass"]))
        yield


@contextlib.contextmanager
def target_of(name, scratch):
    if name == "own":
        yield []
        return
    if name != "node":
        yield ["--target", name]
        return
    words = ["node", str(ROOT / "tests/e2e/conform/node_server.mjs")]
    with child(words, stdout=subprocess.PIPE, text=True) as server:
        file = scratch / "node.yaml"
        file.write_text("schema: target/1\ntarget: {name: node socket.io 4.8.4}\nendpoints: {socketio: {url: '"
                        + server.stdout.readline().split()[-1] + "'}}\ntiming: {ping_interval_ms: 300, ping_timeout_ms: 200,"
                        " connect_timeout_ms: 1000}\nlimits: {max_payload: 1000000}\n")
        yield ["--target", str(file)]


def one_run(plumbline, name, loaded, seed):
    with tempfile.TemporaryDirectory() as folder, busy(loaded):
        scratch = pathlib.Path(folder)
        with target_of(name, scratch) as words:
            done = subprocess.run([plumbline, "conform", *words, "--seed", str(seed), "--json", "--out", scratch / "run"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    summary = json.loads(done.stdout)
    odd = {c["id"]: c["verdict"] for c in summary["clauses"] if c["verdict"] in ("FAIL", "WARN", "INCONCLUSIVE", "BLOCKED")}
    return len(summary["clauses"]), odd, summary["generator"]["facts"]


def series_of(report, name, state):
    for series in report["series"]:
        if (series["target"], series["state"]) == (name, state):
            return series
    series = {"target": name, "state": state, "runs": 0, "verdicts": 0, "false": {}, "inconclusive": {}, "seconds": []}
    report["series"].append(series)
    return series


def main(words):
    if len(words) != 5 or words[3] not in ("quiet", "loaded") or not words[4].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    plumbline, out, name, state, runs = words[0], pathlib.Path(words[1]), words[2], words[3], int(words[4])
    report = json.loads(out.read_text()) if out.exists() else {"series": []}
    series = series_of(report, name, state)
    while series["runs"] < runs:
        clauses, odd, facts = one_run(plumbline, name, state == "loaded", series["runs"] + 1)
        series["runs"] += 1
        series["verdicts"] += clauses
        series["seconds"].append(float(facts["seconds"]))
        for clause, verdict in odd.items():
            if KNOWN.get(name, {}).get(clause) != verdict:
                kind = "inconclusive" if verdict == "INCONCLUSIVE" else "false"
                series[kind][clause] = series[kind].get(clause, 0) + 1
        series["date"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
        series["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.0f}"
        out.write_text(json.dumps(report, indent=1) + "\n")
    inconclusive = 100 * sum(series["inconclusive"].values()) / max(series["verdicts"], 1)
    print(f"{name} {state}: {series['runs']} runs, false {series['false'] or 'none'}, inconclusive {inconclusive:.2f} %"
          f" {series['inconclusive'] or ''}, {min(series['seconds'])} to {max(series['seconds'])} s")
    return 1 if series["false"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
