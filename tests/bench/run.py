#!/usr/bin/env python3
"""What an operation costs, whole processes, against the floor and the official Node pair. See README.md here.

Needs the preset `bench` built and the packages of tests/e2e installed. Uses loopback and two cores, for a bounded time.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import measure
import table
from process import Lost
from subjects import NODE_PACKAGES, SOURCE, SUBJECTS, Subjects

PACES = {
    "quick": {"rounds": 1, "settle": 0.5, "window": 1.5},
    "full": {"rounds": 5, "settle": 1.5, "window": 5},
}
# name: question, what is compared, role, metric, unit, bounds of the ratios
QUESTIONS = {
    "server-ack": ("What does an acknowledged round trip cost the server? 1,000 connections, 10,000/s", SUBJECTS,
                   "server", "server_cpu_us", "CPU µs per round trip", {"floor": 1.5, "node": 0.3}),
    "server-ack-32": ("What does it cost the server when 32 come in a row on a connection? 1,000 connections, 10,000/s",
                      SUBJECTS, "server", "server_cpu_us", "CPU µs per round trip", {"floor": 1.5, "node": 0.3}),
    "generator-ack": ("What does an acknowledged round trip cost the generator? 1,000 connections, 10,000/s", SUBJECTS,
                      "generator", "generator_cpu_us", "CPU µs per round trip", {"floor": 2, "node": 0.6}),
    "server-broadcast": ("What does one delivery of a broadcast to 1,000 members cost the server?", SUBJECTS,
                         "server", "server_cpu_us", "CPU µs per delivery", {"floor": 1.4}),
    "idle-memory": ("What does one more idle WebSocket connection cost the server?", ("plumbline", "node"),
                    "server", "user_bytes", "bytes of user memory", {}),
    "connect": ("What does a Socket.IO connect over WebSocket cost the server?", SUBJECTS,
                "server", "connect_cpu_us", "CPU µs per connect", {"node": 0.15}),
}
IDLE_QUESTIONS = {"idle-memory", "connect"}

def steady_runs(subjects, name, pace, say):
    """Every subject once per placement and round, in ABBA order so that a drift of the machine cancels out."""
    _, _, role, metric, _, _ = QUESTIONS[name]
    load = {"server-broadcast": measure.BROADCAST, "server-ack-32": measure.WINDOWS}.get(name, measure.ROUND_TRIPS)
    for turn in range(pace["rounds"]):
        for placement in measure.PLACEMENTS:
            for subject in SUBJECTS if turn % 2 == 0 else reversed(SUBJECTS):
                pair = {"server": "floor", "generator": "floor", role: subject}
                run = measure.steady(subjects, **pair, load=load, placement=placement, pace=pace)
                say(f"{name} round {turn + 1} {placement} {subject}: {run[metric]} µs")
                yield {"round": turn, **run}


def idle_runs(subjects, pace, say):
    for turn in range(min(3, pace["rounds"])):
        for subject in SUBJECTS if turn % 2 == 0 else reversed(SUBJECTS):
            run = measure.idle(subjects, subject)
            say(f"idle round {turn + 1} {subject}: {run['user_bytes']} B, {run['connect_cpu_us']} µs per connect")
            yield {"round": turn, **run}


def text_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=SOURCE).stdout.strip()


def facts(node):
    """Enough to tell whether two baselines may be compared."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    versions = {"node": text_of(node, "--version"), "compiler": text_of("g++", "--version").splitlines()[0],
                "commit": text_of("git", "describe", "--always", "--dirty")}
    for package in ("socket.io", "socket.io-client", "ws"):
        with open(os.path.join(NODE_PACKAGES, package, "package.json"), encoding="utf-8") as file:
            versions[package] = json.load(file)["version"]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    machine = {"cpu": models[0], "cores": len(models), "memory_gb": round(memory / 1e9), "kernel": platform.release()}
    return {"date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine, "versions": versions}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="one round, about a minute (the default)")
    length.add_argument("--full", action="store_true", help="five rounds, about 15 minutes")
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, default=list(QUESTIONS), help="some of the questions")
    parser.add_argument("--rounds", type=int, help="another number of rounds")
    parser.add_argument("--build", default=os.path.join(SOURCE, "build/bench"), help="build tree of the preset bench")
    parser.add_argument("--node", default=shutil.which("node") or "node", help="the Node executable")
    parser.add_argument("--save", metavar="NAME", help="write reports/baselines/NAME.json")
    return parser.parse_args()


def main():
    options = arguments()
    pace = dict(PACES["full" if options.full else "quick"])
    pace["rounds"] = options.rounds or pace["rounds"]
    result = {"schema": "plumbline/bench/1", **facts(options.node), "pace": pace, "questions": {}}

    def say(line):
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as scratch:
        subjects = Subjects(os.path.abspath(options.build), options.node, scratch)
        if subjects.missing():
            sys.exit(subjects.missing())
        steady = [name for name in options.only if name not in IDLE_QUESTIONS]
        runs = {name: list(steady_runs(subjects, name, pace, say)) for name in steady}
        if IDLE_QUESTIONS & set(options.only):
            crowds = list(idle_runs(subjects, pace, say))
            runs.update({name: crowds for name in options.only if name in IDLE_QUESTIONS})
    for name in options.only:
        question, compared, role, metric, unit, bounds = QUESTIONS[name]
        rows = table.compare(runs[name], role, metric, compared)
        result["questions"][name] = {"question": question, "unit": unit, "rows": rows, "runs": runs[name]}
        print(table.markdown(question, rows, compared, unit, bounds))
    if options.save:
        path = os.path.join(SOURCE, "reports/baselines", f"{options.save}.json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
        say(f"wrote {os.path.relpath(path, SOURCE)}")
    broken = [run for name in runs for run in runs[name] if not run.get("whole", True)]
    if broken:
        sys.exit(f"{len(broken)} runs lost more than 1 % of their operations: {broken[0]}")


if __name__ == "__main__":
    try:
        main()
    except Lost as error:
        sys.exit(str(error))
