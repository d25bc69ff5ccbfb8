#!/usr/bin/env python3
"""How often does a scenario give a run that can be believed? Plays it N times in a row and counts the verdicts."""
import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def play(plumbline, scenario, directory):
    """One run; its summary, or None when the run left none."""
    subprocess.run([plumbline, "load", scenario, "--out", directory], stdout=subprocess.DEVNULL, timeout=600)
    summary = directory / "summary.json"
    return json.loads(summary.read_text()) if summary.exists() else None


def row(summary):
    """What the table and the saved file keep of a run."""
    if summary is None:
        return {"outcome": "NONE", "generator": "NONE", "exit_code": None}
    e2e = summary["latency_ms"].get("e2e", {})
    return {
        "outcome": summary["outcome"],
        "generator": summary["generator"]["verdict"],
        "reasons": summary["generator"]["reasons"],
        "exit_code": summary["exit_code"],
        "sent": summary["sent"],
        "deliveries": summary["deliveries"],
        "anomalies": sum(summary["anomalies"].values()),
        "e2e_p50_ms": e2e.get("p50"),
        "e2e_p99_ms": e2e.get("p99"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default=str(ROOT / "scenarios/smoke.yaml"))
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--plumbline", default=str(ROOT / "build/release/bin/plumbline"))
    parser.add_argument("--save", metavar="NAME", help="write reports/baselines/NAME.json")
    options = parser.parse_args()

    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(1, options.times + 1):
            rows.append(row(play(options.plumbline, options.scenario, pathlib.Path(scratch) / str(number))))
            print(number, json.dumps(rows[-1]), flush=True)

    generators = collections.Counter(one["generator"] for one in rows)
    outcomes = collections.Counter(one["outcome"] for one in rows)
    print(f"{options.times} runs: generator {dict(generators)}, outcome {dict(outcomes)}, "
          f"anomalies {sum(one.get('anomalies', 0) for one in rows)}")
    if options.save:
        result = {
            "scenario": pathlib.Path(options.scenario).name,
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "machine": {"cores": os.cpu_count(), "kernel": platform.release(), "load_average_after": os.getloadavg()},
            "generator": generators,
            "outcome": outcomes,
            "runs": rows,
        }
        (ROOT / f"reports/baselines/{options.save}.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if generators["VALID"] >= 0.9 * options.times and outcomes["FAIL"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
