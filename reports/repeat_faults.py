"""Runs every fault scenario several times, keeps each figure in one file, and writes the table of docs/failover.md.

usage: reports/repeat_faults.py [--plumbline build/release/bin/plumbline] [--repeats 3] [--only NAME]... [--table]

Resumable: what the results file holds already is not run again. Reports are kept under reports/runs/. A run in which the machine stood still, or the
generator was not fit to measure, proves nothing and is run once more; at most one in five may be.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "reports" / "failover-results.json"
PAGE = ROOT / "docs" / "failover.md"
SCENARIOS = ["redis-master-kill", "redis-freeze", "redis-empty-restart", "kafka-leader-kill", "kafka-leader-freeze",
             "postgres-kill", "app-kill", "reconnect-storm", "postgres-away", "kafka-away",
             "kill-any-short"]  # fmt: skip
LONG = {"kill-any": 1}  # half an hour each
GRAVE = ["acked-lost", "duplicate-entity", "sequence-reuse", "real-time-inversion", "false-ack", "vanished", "phantom",
         "misdelivery", "aborted-read", "ack-mismatch", "idempotency-break", "acked-undelivered", "torn-fanout",
         "visible-duplicate", "push-inversion"]  # fmt: skip
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def load_results():
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"schema": "failover/1", "runs": []}


def save(results):
    partial = RESULTS.with_suffix(".part")
    partial.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(RESULTS)


def proves_nothing(summary):
    return summary["outcome"] == "UNKNOWN" and summary["reason"] in ("faults", "generator")


def row_of(name, seed, summary):
    """What the table needs, and enough to find the run again."""
    kept = ["number", "do", "role", "process", "at_s", "uw_sys_s", "uw_open", "uw_strict_s", "uw_key_p99_s", "uw_key_max_s", "uw_dlv_s",
            "ttr_p99_s", "ttr_p99_strict_s", "detect_s", "elected_s", "sends_back_s", "devices_back_s", "caught_up_s", "bad",
            "failed", "unknown", "hangs", "stall_ms", "struck", "error"]  # fmt: skip
    return {
        "scenario": name, "seed": seed, "started_at": summary["started_at"], "version": summary["version"],
        "outcome": summary["outcome"], "reason": summary["reason"], "sentence": summary["sentence"],
        "exit_code": summary["exit_code"], "generator": summary["generator"]["verdict"], "again": summary["again"],
        "sent": summary["sent"], "acked": summary["acked"], "failed": summary["failed"], "unknown": summary["unknown"],
        "anomalies": {name: count for name, count in summary["anomalies"].items() if count},
        "e2e_p99_ms": summary["latency_ms"]["e2e"]["p99"], "outage": summary["outage"],
        "faults": [{key: fault[key] for key in kept} for fault in summary["faults"]],
        "gates": {gate["name"]: [gate["value"], gate["outcome"]] for gate in summary["gates"]},
    }  # fmt: skip


def run_once(plumbline, name, seed):
    out = ROOT / "reports" / "runs" / name / f"seed-{seed}-{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H-%M-%SZ}"
    subprocess.run([plumbline, "load", f"scenarios/{name}.yaml", "--seed", str(seed), "--out", out], cwd=ROOT,
                   stdout=subprocess.DEVNULL, check=False)  # fmt: skip
    summary = out / "summary.json"
    if not summary.exists():
        raise SystemExit(f"{name} seed {seed}: no summary; run it by hand: plumbline load scenarios/{name}.yaml --seed {seed}")
    return json.loads(summary.read_text(encoding="utf-8"))


def run_all(arguments):
    results = load_results()
    wanted = {name: arguments.repeats for name in SCENARIOS} | LONG
    for name, repeats in wanted.items():
        if arguments.only and name not in arguments.only or (name in LONG and name not in arguments.only):
            continue
        for seed in range(1, repeats + 1):
            if any(run["scenario"] == name and run["seed"] == seed and not run.get("rerun") for run in results["runs"]):
                continue
            for attempt in (1, 2):
                row = row_of(name, seed, summary := run_once(arguments.plumbline, name, seed))
                row["rerun"] = proves_nothing(summary) and attempt == 1
                results["runs"].append(row)
                save(results)
                print(f"{name} seed {seed}: {row['outcome']}   {row['sentence']}", flush=True)
                if not row["rerun"]:
                    break
    return results


def seconds(values):
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    low, high = min(known), max(known)
    return f"{high:.2f}" if len(known) == 1 or f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} – {high:.2f}"


def table(results):
    lines = ["| scenario | runs | pass | longest send gap, s | elected, s | devices back, s | p99 recovered, s | acknowledged | lost, doubled, reordered "
             "| reproduce |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]  # fmt: skip
    for name in SCENARIOS + list(LONG):
        runs = [run for run in results["runs"] if run["scenario"] == name and not run.get("rerun")]
        if not runs:
            continue
        faults = [fault for run in runs for fault in run["faults"] if fault["struck"]]
        grave = sum(run["anomalies"].get(kind, 0) for run in runs for kind in GRAVE)
        lines.append(
            f"| {name} | {len(runs)} | {sum(run['outcome'] == 'PASS' for run in runs)} | {seconds([f['uw_sys_s'] for f in faults])} "
            f"| {seconds([f['elected_s'] for f in faults])} | {seconds([f['devices_back_s'] for f in faults])} "
            f"| {seconds([f['ttr_p99_s'] for f in faults])} | {sum(run['acked'] for run in runs):,} | {grave} "
            f"| `plumbline load scenarios/{name}.yaml --seed {runs[0]['seed']}` |"
        )  # fmt: skip
    again = sum(bool(run.get("rerun")) for run in results["runs"])
    total = len(results["runs"])
    if total:
        lines += ["", f"{total} runs, of which {again} proved nothing (the machine stood still, or the generator was not fit to measure) and "
                  "were run again." + (" That is more than one in five: repeat all of it on a quiet machine." if again * 5 > total else "")]  # fmt: skip
    return "\n".join(lines)


def write_table(results):
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    PAGE.write_text(head + BEGIN + "\n" + table(results) + "\n" + END + rest.split(END)[1], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plumbline", default=str(ROOT / "build/release/bin/plumbline"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", action="append", default=[], help="a scenario; may be given again. kill-any runs only when named")
    parser.add_argument("--table", action="store_true", help="only write the table")
    arguments = parser.parse_args()
    results = load_results() if arguments.table else run_all(arguments)
    write_table(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
