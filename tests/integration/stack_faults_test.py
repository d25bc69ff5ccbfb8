"""A fault scenario on the whole stack: nothing acknowledged may be lost, stored twice or renumbered."""

import json
import pathlib
import subprocess
import sys
import tempfile


# Severity S0: what no fault may cause.
NEVER = ("acked-lost", "aborted-read", "phantom", "misdelivery", "vanished", "duplicate-entity", "idempotency-break",
         "sequence-reuse", "ack-mismatch", "real-time-inversion", "false-ack")  # fmt: skip


def shortened(scenario):
    """The scenario with less calm before and after the fault: what is lost is lost at once, only percentiles need time."""
    text = pathlib.Path(scenario).read_text(encoding="utf-8")
    for long, short in (("for: 10s,", "for: 5s,"), ("at: steady+30s", "at: steady+5s"), ("for: 70s,", "for: 35s,"),
                        ("for: 60s,", "for: 45s,")):  # fmt: skip
        text = text.replace(long, short)
    return text


def run(plumbline, scenario, seed):
    with tempfile.TemporaryDirectory(prefix="plumbline-stack-faults-") as scratch:
        out = pathlib.Path(scratch) / "out"
        short = pathlib.Path(scratch) / pathlib.Path(scenario).name
        short.write_text(shortened(scenario), encoding="utf-8")
        ran = subprocess.run([plumbline, "load", short, "--seed", str(seed), "--out", out],
                             capture_output=True, text=True, timeout=280, check=False)  # fmt: skip
        summary = out / "summary.json"
        assert summary.exists(), f"exit {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran, json.loads(summary.read_text(encoding="utf-8"))


def main():
    plumbline, scenario = sys.argv[1:3]
    # A machine that stood still, or that other tests held up, proves nothing: once more, with another seed.
    for seed in (7, 8, 9):
        ran, result = run(plumbline, scenario, seed)
        print(ran.stdout, flush=True)
        if result["outcome"] != "UNKNOWN":
            break
    broken = {name: result["anomalies"][name] for name in NEVER if result["anomalies"][name]}
    assert not broken, f"{broken}: {result['sentence']}"
    assert all(fault["struck"] for fault in result["faults"]), result["faults"]
    assert not any(fault["uw_open"] for fault in result["faults"]), "sends never came back"
    # Bounds on seconds are for a quiet machine: reports/repeat_faults.py holds them. Neither is a machine without time a
    # finding: what was lost would have been found all the same.
    held_up = result["reason"] == "generator" or any(fault["stall_ms"] > 0 for fault in result["faults"])
    assert result["outcome"] != "UNKNOWN" or held_up, result["sentence"]


main()
