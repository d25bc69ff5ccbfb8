"""Plays mutants.yaml against one deliberate fault: the run must exit 5 and name that fault's anomaly, and no other cause.

The sound server is a case too: the same load must find nothing. Timing is not judged here, so a busy machine does not matter."""

import json
import pathlib
import subprocess
import sys
import tempfile

# What each fault breaks, and what else it may drag along.
EXPECTED = {
    "none": (set(), set()),
    "drop": ({"acked-undelivered", "torn-fanout"}, set()),
    "swap": ({"push-inversion"}, set()),
    "duplicate": ({"visible-duplicate"}, set()),
    "ack-before-store": ({"acked-lost"}, {"acked-undelivered", "torn-fanout", "sequence-gap"}),
    "wrong-recipient": ({"misdelivery"}, set()),
    "reused-sequence": ({"sequence-reuse"}, {"acked-lost", "acked-undelivered", "torn-fanout", "vanished", "ack-mismatch",
                                            "push-inversion", "real-time-inversion", "sequence-gap"}),
}


def main(plumbline, scenario, mutant):
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "run"
        command = [plumbline, "load", scenario, "--out", str(out)] + ([] if mutant == "none" else ["--mutant", mutant])
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=150, check=False)
        print(run.stdout)
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    found = {name for name, count in summary["anomalies"].items() if count > 0}
    must, may = EXPECTED[mutant]
    # 4: a busy machine may cost the generator its verdict, never the checker its findings.
    codes = {0, 4} if mutant == "none" else {5}
    assert run.returncode in codes, f"exit code {run.returncode}, expected one of {codes}"
    assert summary["exit_code"] == run.returncode, summary["exit_code"]
    assert must <= found, f"expected {must}, found {found}"
    assert found <= must | may, f"beside {must}, found {found - must - may}"
    assert summary["acked"] > 300, f"only {summary['acked']} messages were acknowledged"
    if mutant == "none":
        assert summary["deliveries"] == summary["expected_deliveries"], summary


if __name__ == "__main__":
    main(*sys.argv[1:])
