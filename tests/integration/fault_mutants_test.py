"""Servers that are sound until a part fails: the checker must call each by the name that docs/failover.md gives it.

The table there is the data: every row is a run of fault_mutants/SCENARIO.yaml with the mutant. In the same scenario the sound
server must show none of these names, and nothing else that no fault may cause."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "docs" / "failover.md"
BEGIN, END = "<!-- fault mutants: begin -->", "<!-- fault mutants: end -->"
SEEDS = (7, 8, 9)
AT_A_TIME = 2  # whole stacks that mostly wait for their faults
# Severity S0: what no fault may cause, then S1: what a busy machine may, because a hole is waited for 1.2 s at most.
NEVER = ("acked-lost", "aborted-read", "phantom", "misdelivery", "vanished", "duplicate-entity", "idempotency-break",
         "sequence-reuse", "ack-mismatch", "real-time-inversion", "false-ack")  # fmt: skip
UNTIMELY = ("acked-undelivered", "torn-fanout", "push-inversion", "visible-duplicate")


def table():
    """Rows of (mutant, scenario, names that must be found, names that may be)."""
    text = TABLE.read_text(encoding="utf-8")
    lines = text[text.index(BEGIN) : text.index(END)].splitlines()
    rows = []
    for line in lines:
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        if not line.startswith("| `"):
            continue
        mutant, scenario, _, must, may = cells
        names = [{word for word in cell.replace(",", " ").split() if word != "–"} for cell in (must, may)]
        assert names[0] and names[0] | names[1] <= {*NEVER, *UNTIMELY}, line
        rows.append((mutant, scenario, *names))
    return rows


def run(plumbline, scenario, mutant, seed):
    with tempfile.TemporaryDirectory(prefix="plumbline-fault-mutants-") as scratch:
        out = pathlib.Path(scratch) / "out"
        command = [plumbline, "load", HERE / "fault_mutants" / f"{scenario}.yaml", "--seed", str(seed), "--out", out]
        # What a mutant lost never comes; a sound server on a busy machine may need its time.
        command += ["--mutant", mutant, "--settle", "15s"] if mutant else []
        ran = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
        summary = out / "summary.json"
        assert summary.exists(), f"exit {ran.returncode}\n{ran.stdout}{ran.stderr}"
        result = json.loads(summary.read_text(encoding="utf-8"))
    found = {name: count for name, count in result["anomalies"].items() if count and name in NEVER + UNTIMELY}
    print(f"{scenario} x {mutant or 'sound'}, seed {seed}: exit {ran.returncode}, {found}, "
          f"{result['acked']} acknowledged", flush=True)  # fmt: skip
    return ran.returncode, found, result


def judge_mutant(plumbline, mutant, scenario, must, may):
    for seed in SEEDS:
        code, found, _ = run(plumbline, scenario, mutant, seed)
        stray = set(found) - must - may
        assert not stray, f"{mutant} under {scenario}: {stray} is not in the table"
        if code == 5 and must <= set(found):
            return
    raise AssertionError(f"{mutant} under {scenario} was not called {must} in {len(SEEDS)} runs")


def judge_sound(plumbline, scenario, never):
    for seed in SEEDS:
        _, found, result = run(plumbline, scenario, "", seed)
        broken = set(found) & never
        assert not broken, f"the sound server under {scenario}: {found}: {result['sentence']}"
        if result["acked"] > 300 and all(fault["struck"] for fault in result["faults"]):
            return
    raise AssertionError(f"{scenario}: never a run in which every fault struck")


def main(plumbline, scenario):
    rows = [row for row in table() if row[1] == scenario]
    assert rows, f"no row of {TABLE.name} is about {scenario}"
    known = {file.stem for file in (HERE / "fault_mutants").glob("*.yaml")}
    assert {row[1] for row in table()} == known, f"table and scenarios differ: {known}"
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = [pool.submit(judge_mutant, plumbline, mutant, scenario, must, may) for mutant, _, must, may in rows]
        runs.append(pool.submit(judge_sound, plumbline, scenario, {*NEVER, *(name for row in rows for name in row[2])}))
        for done in runs:
            done.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
