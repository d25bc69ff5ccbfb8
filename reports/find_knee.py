"""Finds what a capacity scenario carries: doubles its rate until the verdict is no longer PASS, then halves the interval.

usage: reports/find_knee.py scenarios/capacity-full.yaml [--plumbline build/release/bin/plumbline] [--from 500] [--steps 3] [--again 2]

Each rate is a run of its own with a fresh target. A rate counts as carried when one of --again runs passes: a machine that was
held up makes a good target look bad, never a bad one good. Every run goes into reports/capacity-results.json, and the table of
docs/capacity.md is written from it.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "reports" / "capacity-results.json"
PAGE = ROOT / "docs" / "capacity.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
MOST = 200_000  # messages a second; beyond it something is wrong with the question


def load_results():
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"schema": "capacity/1", "runs": []}


def at_rate(scenario, rate, folder):
    """The scenario with the rate of its last phase replaced, and its question with it."""
    text = scenario.read_text(encoding="utf-8")
    text, replaced = re.subn(r"(name: steady, .*rate: )\d+/s", rf"\g<1>{rate}/s", text)
    if replaced != 1:
        raise SystemExit(f"{scenario}: no phase 'steady' with a rate in messages a second")
    path = pathlib.Path(folder) / scenario.name
    path.write_text(re.sub(r"carry [\d,]+ messages", f"carry {rate:,} messages", text), encoding="utf-8")
    return path


def play(plumbline, scenario, rate):
    with tempfile.TemporaryDirectory(prefix="plumbline-knee-") as folder:
        out = pathlib.Path(folder) / "run"
        ran = subprocess.run([plumbline, "load", at_rate(scenario, rate, folder), "--out", out], capture_output=True, text=True,
                             cwd=ROOT, check=False)  # fmt: skip
        if not (out / "summary.json").exists():
            raise SystemExit(f"{scenario.name} at {rate}/s: no summary\n{ran.stdout}{ran.stderr}")
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    e2e = summary["latency_ms"]["e2e"]
    return {"scenario": scenario.stem, "rate": rate, "at": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ}",
            "cores": os.cpu_count(), "version": summary["version"], "outcome": summary["outcome"], "reason": summary["reason"],
            "sentence": summary["sentence"], "generator": summary["generator"]["verdict"], "acked": summary["acked"],
            "p50_ms": round(e2e["p50"], 2), "p95_ms": round(e2e["p95"], 2), "p99_ms": round(e2e["p99"], 2)}  # fmt: skip


def carries(arguments, results, rate):
    for _ in range(arguments.again):
        row = play(arguments.plumbline, arguments.scenario, rate)
        results["runs"].append(row)
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{row['scenario']} at {rate:,}/s: {row['outcome']}, e2e p95 {row['p95_ms']} ms   {row['sentence']}", flush=True)
        if row["outcome"] == "PASS":
            return True
    return False


def search(arguments, results):
    low, high = 0, arguments.start
    while high <= MOST and carries(arguments, results, high):
        low, high = high, high * 2
    for _ in range(arguments.steps):
        middle = round((low + high) / 2 / 50) * 50
        if middle in (low, high):
            break
        if carries(arguments, results, middle):
            low = middle
        else:
            high = middle
    print(f"{arguments.scenario.stem}: carries {low:,}/s, not {high:,}/s")


def table(results):
    lines = ["| scenario | messages/s | runs | passed | e2e p50, ms | e2e p95, ms | generator | measured |", "|---|--:|--:|--:|--:|--:|---|---|"]
    groups = {}
    for run in results["runs"]:
        groups.setdefault((run["scenario"], run["rate"]), []).append(run)
    for (name, rate), runs in sorted(groups.items()):
        best = min(runs, key=lambda run: (run["outcome"] != "PASS", run["p95_ms"]))
        lines.append(f"| {name} | {rate:,} | {len(runs)} | {sum(run['outcome'] == 'PASS' for run in runs)} | {best['p50_ms']} | {best['p95_ms']} "
                     f"| {best['generator']} | {best['at']}, {best['cores']} cores |")  # fmt: skip
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=pathlib.Path, nargs="?")
    parser.add_argument("--plumbline", default=str(ROOT / "build/release/bin/plumbline"))
    parser.add_argument("--from", dest="start", type=int, default=500)
    parser.add_argument("--steps", type=int, default=3, help="halvings of the interval once a rate was too much")
    parser.add_argument("--again", type=int, default=2, help="runs of a rate before it counts as too much")
    arguments = parser.parse_args()
    results = load_results()
    if arguments.scenario:
        search(arguments, results)
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    PAGE.write_text(head + BEGIN + "\n" + table(results) + "\n" + END + rest.split(END)[1], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
