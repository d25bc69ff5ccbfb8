#!/usr/bin/env python3
"""Judges every deliberate fault of `plumbline serve --mutant` with all cases: the matrix fault x case.

    conformance/matrix/matrix.py PLUMBLINE                 all faults; says what differs from spec/mutants.yaml, exit 1
    conformance/matrix/matrix.py PLUMBLINE --write         also writes matrix.json and matrix.md beside this file
    conformance/matrix/matrix.py PLUMBLINE --expect        also writes what was found into spec/mutants.yaml
    conformance/matrix/matrix.py PLUMBLINE ping-early ...  only these

A fault is found when the clause of its `row` fails or warns, or, where that is all a violation of its level leads to,
is told. What is not as listed while many run at a time is judged again alone, at most twice: a busy machine leaves more
in doubt. Standard library only.
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
LOOKS = 3
# What is blocked cannot be judged: whether it still shows a lesser departure is a matter of timing.
LESSER = {"blocks", "weakens", "warns"}


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


def departures(mutant, run, sound):
    """In words, what is not as mutants.yaml says; clauses of level INFO only tell, with and without faults."""
    lists, other = found_by(run, sound)
    wrong = [f"{name} is {verdict}" for name, verdict in other.items()]
    if mutant["row"] not in lists["fails"] + lists["warns"] + lists["weakens"] + lists["tells"]:
        wrong.append(f"NOT FOUND by {mutant['row']}")
    if mutant["unsteady"]:
        return [words for words in wrong if words.startswith("NOT FOUND")]
    found = {name: key for key in KEYS for name in lists[key]}
    listed = {name: key for key in KEYS for name in mutant[key]}
    for name in sorted(found.keys() | listed.keys()):
        is_so, should = found.get(name), listed.get(name)
        told_only = run["clauses"].get(name, {}).get("level") == "INFO"
        if is_so != should and name not in other and not told_only and not {is_so, should} <= LESSER:
            wrong.append(f"{name} is {KEYS.get(is_so, 'as without the fault')}, not {KEYS.get(should, 'as without the fault')}")
    return wrong


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
        wrong = {m["id"]: departures(m, results[m["id"]], sound[m["variant"]]) for m in chosen}
        for mutant in (m for m in chosen if wrong[m["id"]]):
            for look in range(2, LOOKS + 1):
                name = mutant["id"]
                print(f"{name}, look {look}: {'; '.join(wrong[name])}", file=sys.stderr)
                results[name] = judge(asked.plumbline, mutant["variant"], name, f"{scratch}/look-{look}", asked.seed)
                wrong[name] = departures(mutant, results[name], sound[mutant["variant"]])
                if not wrong[name]:
                    break
    for mutant in chosen:
        if wrong[mutant["id"]]:
            print(f"{mutant['id']}: {'; '.join(wrong[mutant['id']])}")
        if asked.expect and not mutant["unsteady"]:
            mutant.update(found_by(results[mutant["id"]], sound[mutant["variant"]])[0])
    wrong = sum(bool(words) for words in wrong.values())
    print(f"{len(chosen)} faults, {wrong} not as expected")
    if asked.expect:
        EXPECTED.write_text(text_of(head, mutants))
    if asked.write and not asked.mutant:
        write_matrix(mutants, results, sound)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
