#!/usr/bin/env python3
"""Judges every deliberate fault of `plumbline serve --mutant` with all cases: the matrix fault x case.

    conformance/matrix/matrix.py PLUMBLINE                 all faults; says what differs from spec/mutants.yaml, exit 1
    conformance/matrix/matrix.py PLUMBLINE --write         also writes matrix.json and matrix.md beside this file
    conformance/matrix/matrix.py PLUMBLINE --expect        also writes what was found into spec/mutants.yaml
    conformance/matrix/matrix.py PLUMBLINE ping-early ...  only these

A fault is found when the clause of its `row` fails or warns, or, where that is all a violation of its level leads to,
is told. Standard library only.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE.parent / "spec" / "mutants.yaml"
KEYS = {"fails": "FAIL", "warns": "WARN", "blocks": "BLOCKED", "weakens": "NON_STRICT", "tells": "INFO",
        "skips": "NOT_APPLICABLE"}
CLEAN = ("PASS",)


def read_expected():
    """The rows of mutants.yaml, whose one form the unit tests of the catalogue check strictly."""
    head, *rows = re.split(r"^  - id: ", EXPECTED.read_text(), flags=re.M)
    mutants = []
    for row in rows:
        mutant = {"id": row.split("\n", 1)[0].strip()}
        for key in ("row", "fault", "variant", "unsteady"):
            found = re.search(rf"^    {key}: (.*)$", row, flags=re.M)
            mutant[key] = found.group(1).strip("'") if found else ""
        for key in KEYS:
            found = re.search(rf"^    {key}: \[(.*)\]$", row, flags=re.M)
            mutant[key] = [name for name in (found.group(1) if found else "").split(", ") if name]
        mutants.append(mutant)
    return head, mutants


def judge(plumbline, variant, mutant, scratch, seed):
    out = pathlib.Path(scratch) / (mutant or f"none-{variant or 'plain'}")
    words = [plumbline, "conform", "--seed", str(seed), "--out", str(out), "--variant", variant or "plain"]
    words += ["--mutant", mutant] if mutant else []
    run = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    summary = json.loads((out / "summary.json").read_text()) if (out / "summary.json").exists() else None
    if summary is None:
        raise SystemExit(f"{mutant}: no report, exit {run.returncode}: {run.stderr}")
    clauses = {clause["id"]: clause for clause in summary["clauses"]}
    return {"id": mutant, "clauses": clauses, "cases": json.loads((out / "cases.json").read_text())}


def found_by(run, sound):
    """Clause ids by key, of those that are not as they are without the fault."""
    lists = {key: [] for key in KEYS}
    other = {}
    for name, clause in sorted(run["clauses"].items()):
        verdict = clause["verdict"]
        was = sound["clauses"].get(name, {})
        same_words = verdict != "INFO" or clause["expected"] == was.get("expected")
        if verdict == was.get("verdict") and same_words:
            continue
        key = next((key for key, word in KEYS.items() if word == verdict), None)
        if key is None:
            other[name] = verdict
        else:
            lists[key].append(name)
    return lists, other


def text_of(head, mutants):
    text = head
    for mutant in mutants:
        text += f"  - id: {mutant['id']}\n    row: {mutant['row']}\n    fault: {mutant['fault']}\n"
        if mutant["variant"]:
            text += f"    variant: {mutant['variant']}\n"
        if mutant["unsteady"]:
            text += f"    unsteady: {mutant['unsteady']}\n"
        for key in KEYS:
            if mutant[key] or key == "fails":
                text += f"    {key}: [{', '.join(mutant[key])}]\n"
    return text


def write_matrix(mutants, results, sound):
    cases = sorted(sound[""]["cases"])
    rows = {}
    for mutant in mutants:
        run, good = results[mutant["id"]], sound[mutant["variant"]]
        changed = {c: run["cases"][c] for c in cases if c in run["cases"] and run["cases"][c] != good["cases"].get(c)}
        lists, other = found_by(run, good)
        rows[mutant["id"]] = {"row": mutant["row"], "fault": mutant["fault"], **{k: v for k, v in lists.items() if v},
                              **({"variant": mutant["variant"]} if mutant["variant"] else {}),
                              **({"other": other} if other else {}), "cases": changed}
    lines = ["{", '"schema": "plumbline/mutant-matrix-run/1",', f'"cases": {json.dumps(cases)},', '"faults": {']
    lines.append(",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()))
    (HERE / "matrix.json").write_text("\n".join(lines) + "\n}\n}\n")
    text = ["# Every deliberate fault against every case", "",
            f"Written by `conformance/matrix/matrix.py PLUMBLINE --write`: {len(rows)} faults, {len(cases)} cases. "
            "matrix.json has the outcome of every", "case that is not what it is without the fault; a case that is "
            "not listed there is as it is without the fault.", "",
            "| fault | is there for | fails or warns | only told | blocked | cases that differ |", "|---|---|---|---|---|---|"]
    for name, row in rows.items():
        loud = row.get("fails", []) + row.get("warns", [])
        told = row.get("weakens", []) + row.get("tells", [])
        text.append(f"| {name} | {row['row']} | {' '.join(loud)} | {' '.join(told)} | {len(row.get('blocks', []))} "
                    f"| {len(row['cases'])} |")
    (HERE / "matrix.md").write_text("\n".join(text) + "\n")


def main():
    parser = argparse.ArgumentParser(description="Judges every deliberate fault of the server with all cases.")
    parser.add_argument("plumbline")
    parser.add_argument("mutant", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--expect", action="store_true")
    asked = parser.parse_intermixed_args()
    head, mutants = read_expected()
    chosen = [m for m in mutants if not asked.mutant or m["id"] in asked.mutant]
    results = {}
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        sound = {variant: judge(asked.plumbline, variant, "", scratch, asked.seed)
                 for variant in sorted({"", *(m["variant"] for m in chosen)})}
        runs = [pool.submit(judge, asked.plumbline, m["variant"], m["id"], scratch, asked.seed) for m in chosen]
        for run in concurrent.futures.as_completed(runs):
            results[run.result()["id"]] = run.result()
    wrong = 0
    for mutant in chosen:
        lists, other = found_by(results[mutant["id"]], sound[mutant["variant"]])
        kill = mutant["row"] in lists["fails"] + lists["warns"] + lists["weakens"] + lists["tells"]
        if mutant["unsteady"]:
            wrong += not kill
            continue
        differs = {key: sorted(set(lists[key]) ^ set(mutant[key])) for key in KEYS if set(lists[key]) != set(mutant[key])}
        if not kill or differs or other:
            wrong += 1
            print(f"{mutant['id']}: {'' if kill else 'NOT FOUND by ' + mutant['row'] + ' '}{differs} {other or ''}")
        if asked.expect:
            mutant.update(lists)
    print(f"{len(chosen)} faults, {wrong} not as expected")
    if asked.expect:
        EXPECTED.write_text(text_of(head, mutants))
    if asked.write and not asked.mutant:
        write_matrix(mutants, results, sound)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
