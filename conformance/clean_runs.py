#!/usr/bin/env python3
"""Counts false failures: runs of the core profile on known-good servers, quiet and with both cores busy.

usage: clean_runs.py PLUMBLINE OUT.json TARGET quiet|loaded RUNS

TARGET  own            our server
        own:VARIANT    our server as `plumbline conform --variant` configures it
        node           the official server of tests/e2e/conform
        foreign:NAME   a server of foreign/servers.py, installed where it is not yet
        a URL or a target file

Adds runs to OUT.json until there are RUNS of that target in that state, so that it can be stopped and started again.
Loaded means one busy process per core beside it. The run directory of a run with a false verdict stays as
OUT/TARGET-STATE-RUN, for whoever looks into it. Exit 1: there was a FAIL, WARN or BLOCKED that is not known to be true of
that server: what is known of a foreign one is its result in foreign/results.
"""
import contextlib
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOREIGN = ROOT / "conformance/foreign"
sys.path.insert(0, str(FOREIGN))
import judge  # noqa: E402
import servers  # noqa: E402

# Departures of the official server, which are true (docs/targets.md).
KNOWN = {"node": {"EIO-UP-08": "FAIL", "SIO-CO-12": "WARN"}}


def known_of(name):
    """The verdicts that are true of a target, by clause."""
    if not name.startswith("foreign:"):
        return KNOWN.get(name, {})
    result = json.loads((FOREIGN / "results" / f"{name.split(':')[1]}.json").read_text())
    return {row["id"]: row["verdict"] for row in result["departures"]}


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
def official_server():
    words = ["node", str(ROOT / "tests/e2e/conform/node_server.mjs")]
    with child(words, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().split()[-1]


@contextlib.contextmanager
def foreign_server(name):
    _, recipe, timing, warm_ups = servers.SERVERS[name]
    folder = judge.installed(name, recipe)
    with judge.Server(folder, recipe.command(folder)) as server:
        yield server.url, timing, warm_ups


def target_file(scratch, name, url, timing):
    file = scratch / "target.yaml"
    file.write_text(judge.TARGET.format(title=name, url=url, timing=json.dumps(timing)))
    return file


@contextlib.contextmanager
def target_of(name, scratch):
    """What `conform` is told of the target, and how many runs it needs before it is warm."""
    kind, _, which = name.partition(":")
    if kind == "own":
        yield (["--variant", which] if which else []), 0
    elif kind == "foreign":
        with foreign_server(which) as (url, timing, warm_ups):
            yield ["--target", target_file(scratch, which, url, timing)], warm_ups
    elif kind == "node":
        with official_server() as url:
            yield ["--target", target_file(scratch, "node socket.io 4.8.4", url, servers.FAST)], 0
    else:
        yield ["--target", name], 0


def one_run(plumbline, words, loaded, seed, folder):
    with busy(loaded):
        done = subprocess.run([plumbline, "conform", *words, "--seed", str(seed), "--json", "--out", folder],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    summary = json.loads(done.stdout)
    verdicts = {clause["id"]: clause["verdict"] for clause in summary["clauses"]}
    judged = sum(verdict not in ("NOT_SUPPORTED", "NOT_APPLICABLE") for verdict in verdicts.values())
    odd = {clause: verdict for clause, verdict in verdicts.items() if verdict in ("FAIL", "WARN", "INCONCLUSIVE", "BLOCKED")}
    return judged, odd, float(summary["generator"]["facts"]["seconds"])


def series_of(report, name, state):
    for series in report["series"]:
        if (series["target"], series["state"]) == (name, state):
            return series
    series = {"target": name, "state": state, "runs": 0, "verdicts": 0, "false": {}, "inconclusive": {}, "seconds": []}
    report["series"].append(series)
    return series


def add(series, known, run):
    """Says whether a verdict was false."""
    judged, odd, seconds = run
    series["runs"] += 1
    series["verdicts"] += judged
    series["seconds"].append(seconds)
    strange = {clause: verdict for clause, verdict in odd.items() if known.get(clause) != verdict}
    for clause, verdict in strange.items():
        kind = "inconclusive" if verdict == "INCONCLUSIVE" else "false"
        series[kind][clause] = series[kind].get(clause, 0) + 1
    series["date"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
    series["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.0f}"
    return any(verdict != "INCONCLUSIVE" for verdict in strange.values())


def main(words):
    if len(words) != 5 or words[3] not in ("quiet", "loaded") or not words[4].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    plumbline, out, name, state, runs = words[0], pathlib.Path(words[1]), words[2], words[3], int(words[4])
    report = json.loads(out.read_text()) if out.exists() else {"series": []}
    series = series_of(report, name, state)
    known = known_of(name)
    with tempfile.TemporaryDirectory() as scratch, target_of(name, pathlib.Path(scratch)) as (asked, warm_ups):
        for run in range(warm_ups):
            one_run(plumbline, asked, False, 0, f"{scratch}/warm-up-{run}")
        while series["runs"] < runs:
            number = series["runs"] + 1
            folder = f"{scratch}/{number}"
            if add(series, known, one_run(plumbline, asked, state == "loaded", number, folder)):
                shutil.copytree(folder, out.with_suffix("") / f"{name}-{state}-{number}", dirs_exist_ok=True)
            shutil.rmtree(folder)
            out.write_text(json.dumps(report, indent=1) + "\n")
    inconclusive = 100 * sum(series["inconclusive"].values()) / max(series["verdicts"], 1)
    print(f"{name} {state}: {series['runs']} runs, false {series['false'] or 'none'}, inconclusive {inconclusive:.2f} %"
          f" {series['inconclusive'] or ''}, {min(series['seconds'])} to {max(series['seconds'])} s", flush=True)
    return 1 if series["false"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
