#!/usr/bin/env python3
"""What do faults cost the load generator? One scenario with and without a fault that does nothing, in turn; CPU time of the
generator alone per operation, as the ratio of each pair, and the median of them.

usage: tests/bench/faults_cost.py [--plumbline build/release/bin/plumbline] [--pairs 7] [--rate 4000] [--save faults-cost]
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from process import Child

WINDOW = 13  # seconds of the steady phase
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO = """schema: scenario/1
name: faults-cost
users: {{count: 400}}
phases:
  - {{name: connect, ramp: {{users: 400, over: 2s}}}}
  - {{name: steady, for: 15s, rate: {rate}/s}}
mix: {{send: {{share: 100%, size: 200B}}}}
arrivals: poisson
{faults}
"""
FAULTS = """faults:
  - {at: steady+3s, every: 3s, do: freeze, role: app, hold: 1s}
gates: {anomalies: none, outage.uw_sys: {below: 60s}}"""
TARGET = """schema: target/1
endpoints: {{rest: "{url}"}}
users: {{provision: {{kind: jwt-rs256, key: "file:{key}"}}}}
control: {{freeze: "true", thaw: "true", heal: "true"}}
"""


def run(arguments, folder, faults):
    """CPU microseconds of the generator per message while the load is steady; the commands that it starts do not count."""
    key = folder / "key.pem"
    with Child([arguments.plumbline, "serve", "--port", "0", "--jwt-key", str(key), "--rate-limits", "off", "--shards", "1"], 0) as server:
        (folder / "target.yaml").write_text(TARGET.format(url=server.url(), key=key))
        (folder / "scenario.yaml").write_text(SCENARIO.format(rate=arguments.rate, faults=faults))
        words = [arguments.plumbline, "load", folder / "scenario.yaml", "--target", folder / "target.yaml", "--out", folder / "out"]
        with Child([str(word) for word in words], 1) as load:
            load.until(lambda: any(line.strip().startswith("steady") for line in load.lines), 30, "the steady phase")
            before = load.cpu_s()
            time.sleep(WINDOW)
            used = load.cpu_s() - before
            load.wait(60)
    summary = json.loads((folder / "out" / "summary.json").read_text())
    if summary["acked"] < 0.99 * summary["sent"]:
        raise SystemExit(f"the run is no measure: {summary['sentence']}")
    return 1e6 * used / (WINDOW * arguments.rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plumbline", default=str(ROOT / "build/release/bin/plumbline"))
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--rate", type=int, default=4000)
    parser.add_argument("--save", help="name of the file in reports/baselines")
    arguments = parser.parse_args()
    pairs = []
    for number in range(arguments.pairs):
        order = (("", FAULTS), (FAULTS, ""))[number % 2]
        cost = {}
        for faults in order:
            with tempfile.TemporaryDirectory(prefix="plumbline-faults-cost-") as scratch:
                folder = pathlib.Path(scratch)
                subprocess.run(["openssl", "genrsa", "-out", folder / "key.pem", "2048"], check=True, capture_output=True)
                cost["on" if faults else "off"] = run(arguments, folder, faults)
        pairs.append({**{name: round(value, 2) for name, value in cost.items()}, "ratio": round(cost["on"] / cost["off"], 4)})
        print(f"pair {number + 1}: off {cost['off']:.1f} us, on {cost['on']:.1f} us per message, ratio {pairs[-1]['ratio']:.3f}", flush=True)
    ratios = [pair["ratio"] for pair in pairs]
    print(f"median ratio {statistics.median(ratios):.3f} (least {min(ratios):.3f}, greatest {max(ratios):.3f})")
    if arguments.save:
        result = {"question": "generator CPU with faults on against off", "rate": arguments.rate, "cores": os.cpu_count(),
                  "at": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ}", "pairs": pairs,
                  "median_ratio": statistics.median(ratios)}  # fmt: skip
        (ROOT / "reports" / "baselines" / f"{arguments.save}.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
