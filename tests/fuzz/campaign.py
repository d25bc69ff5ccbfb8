#!/usr/bin/env python3
"""Fuzzes every parser for a number of executions, and shows which lines of it the committed inputs reach.

usage: campaign.py run [--executions N] [TARGET...]    builds and uses build/fuzz
       campaign.py keep [TARGET...]                    adds to seeds/ what reaches code that they do not, small first
       campaign.py coverage [TARGET...]                builds build/coverage, prints what the committed inputs reach of
                                                       each parser's own sources; 1: a parser is below 95 % of its lines
       campaign.py targets                             prints the parsers; 1: targets/ has one that is not among them

`run` is one process at a time, can be stopped at any moment and goes on where it was: reports/baselines/fuzz.json counts,
build/fuzz/corpus grows. A count is of the parser as it was: a commit that changes it sets it back to 0. A finding ends the
target's turn, sets its count back to 0 as well and is left as build/fuzz/finding-TARGET-*: put it into
tests/fuzz/regressions/TARGET together with the repair. 1: a finding.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FUZZ = ROOT / "build/fuzz"
COVERAGE = ROOT / "build/coverage"
BASELINE = ROOT / "reports/baselines/fuzz.json"
NEEDED = 95.0
AT_A_TIME = 500_000  # executions between two notes of how far it is

# Each target: the longest input it is given, and the sources that it is there for.
TARGETS = {
    "client_session": (512, ["libs/socketio/src/client_session.cpp", "libs/socketio/src/open_packet.cpp"]),
    "cluster_message": (512, ["reference-server/src/backplane/cluster/cluster_message.cpp"]),
    "conform_evidence": (1024, ["conformance/src/evidence/read.cpp", "conformance/src/evidence/base64.cpp",
                                "conformance/src/evidence/json_fields.cpp"]),
    "engine_payload": (512, ["libs/socketio/src/engine_packet.cpp"]),
    "engine_text_packet": (512, ["libs/socketio/src/engine_packet.cpp"]),
    "reassembler": (512, ["libs/socketio/src/reassembler.cpp", "libs/socketio/src/json_check.cpp"]),
    "record": (1024, ["reference-server/src/bus/kafka/record.cpp", "reference-server/src/bus/kafka/record_members.cpp"]),
    "socketio_packet": (512, ["libs/socketio/src/packet.cpp", "libs/socketio/src/json_check.cpp"]),
    "split_event": (512, ["libs/socketio/src/event.cpp"]),
    "websocket_decoder": (640, ["libs/websocket/src/decoder.cpp", "libs/websocket/src/frame.cpp",
                                 "libs/websocket/src/utf8.cpp"]),
    "websocket_inflate": (512, ["libs/websocket/src/deflate.cpp", "libs/websocket/src/deflate_offer.cpp"]),
}
NO_PARSERS = {"conform_replay"}


def left_out():
    return sorted({file.stem for file in (HERE / "targets").glob("*.cpp")} - TARGETS.keys() - NO_PARSERS)


def show_targets():
    print("\n".join(TARGETS))
    for name in left_out():
        print(f"tests/fuzz/targets/{name}.cpp is not in TARGETS of tests/fuzz/campaign.py: no campaign would run it")
    return 1 if left_out() else 0


def build(preset, targets):
    for words in ["--preset", preset], ["--build", ROOT / "build" / preset, "--target", *(f"fuzz_{name}" for name in targets)]:
        if subprocess.run(["cmake", *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode != 0:
            sys.exit(f"campaign.py: build/{preset} could not be built; it needs the Debian packages clang-14, "
                     "libclang-rt-14-dev, libfuzzer-14-dev and llvm-14, which `./check fuzz` installs")


def program(tree, target):
    return tree / "tests/fuzz" / f"fuzz_{target}"


def committed(target):
    return [folder for kind in ("seeds", "regressions") if (folder := HERE / kind / target).exists()]


def load():
    return json.loads(BASELINE.read_text()) if BASELINE.exists() else {"schema": "fuzz/1", "targets": {}, "coverage": {}}


def store(baseline):
    """Through a second file: whoever stops the campaign meanwhile keeps the counts."""
    second = BASELINE.with_suffix(".new")
    second.write_text(json.dumps(baseline, indent=1, sort_keys=True) + "\n")
    second.replace(BASELINE)


def last_change(sources):
    words = ["git", "log", "-1", "--format=%h", "--", *sources]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def stamp(sources):
    """When and where; the commit is the last one that changed what was fuzzed."""
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": last_change(sources), "machine": {"cores": os.cpu_count(), "kernel": platform.release()}}


def entry_of(baseline, target):
    """What is counted of the parser as it is now."""
    entry = baseline["targets"].setdefault(target, {"findings": 0})
    if entry.get("commit") != last_change(TARGETS[target][1]):
        entry.update(executions=0, seconds=0.0)
    return entry


def fuzz(target, executions):
    """One turn of libFuzzer: the executions it made, and the end of what it said if it found something."""
    corpus = FUZZ / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    # The times are of the wall clock: long, because a campaign runs behind everything else on its machine.
    words = [program(FUZZ, target), f"-runs={executions}", f"-max_len={TARGETS[target][0]}", "-timeout=120",
             "-report_slow_units=120", "-print_final_stats=1", f"-artifact_prefix={FUZZ}/finding-{target}-", corpus,
             *committed(target)]
    ran = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    end = "\n".join(ran.stderr.splitlines()[-40:])
    if "Test unit written to" in end:
        return 0, f"{target}: exit {ran.returncode}\n{end}"
    made = re.search(r"stat::number_of_executed_units: (\d+)", end)
    if ran.returncode != 0 or not made:
        sys.exit(f"{target} was stopped: exit {ran.returncode}\n{end}")
    return int(made.group(1)), None


def run(targets, executions):
    build("fuzz", targets)
    found = False
    for target in targets:
        while (done := entry_of(load(), target)["executions"]) < executions:
            begin = time.monotonic()
            made, finding = fuzz(target, min(AT_A_TIME, executions - done))
            baseline = load()
            entry = entry_of(baseline, target)
            if finding:
                entry.update(executions=0, seconds=0.0, findings=entry["findings"] + 1)
            else:
                entry["executions"] += made
                entry["seconds"] = round(entry["seconds"] + time.monotonic() - begin, 1)
                entry["executions_per_second"] = round(entry["executions"] / entry["seconds"])
            entry.update(stamp(TARGETS[target][1]), max_len=TARGETS[target][0], sanitizer="address")
            store(baseline)
            if finding:
                found = True
                print(finding)
                break
    for target, entry in load()["targets"].items():
        print(f"{target:20} {entry['executions']:>12,} executions in {entry['seconds']:>7,.0f} s since the last finding, "
              f"{entry['findings']} findings in all")
    return 1 if found else 0


def keep(targets):
    for target in targets:
        corpus = FUZZ / "corpus" / target
        if corpus.exists():
            words = [program(FUZZ, target), "-set_cover_merge=1", "-use_counters=0", f"-max_len={TARGETS[target][0]}",
                     HERE / "seeds" / target, corpus]
            subprocess.run(words, capture_output=True, check=True)
            print(f"{target}: {len(list((HERE / 'seeds' / target).iterdir()))} inputs")
    return 0


def readers(source):
    return [target for target, (_, sources) in TARGETS.items() if source in sources]


def every_reader(targets):
    return sorted({reader for target in targets for source in TARGETS[target][1] for reader in readers(source)})


def profile(targets):
    """What the committed inputs of these targets reach, in llvm-cov's form."""
    for target in targets:
        subprocess.run([program(COVERAGE, target), "-runs=0", *committed(target)], capture_output=True, check=True,
                       env={"LLVM_PROFILE_FILE": str(COVERAGE / f"{target}.profraw")})
    merged = COVERAGE / "campaign.profdata"
    subprocess.run(["llvm-profdata-14", "merge", "-o", merged, *(COVERAGE / f"{target}.profraw" for target in targets)],
                   check=True)
    return merged


def lines_of(source):
    """What all targets that are there for this source reach of it."""
    first, *others = readers(source)
    words = ["llvm-cov-14", "export", "-format=lcov", "-instr-profile", profile([first, *others]),
             program(COVERAGE, first), *(word for target in others for word in ("-object", program(COVERAGE, target))),
             ROOT / source]
    report = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    counts = {}
    for number, count in re.findall(r"^DA:(\d+),(\d+)", report, re.MULTILINE):
        counts[int(number)] = max(counts.get(int(number), 0), int(count))
    if not counts:
        sys.exit(f"llvm-cov knows no line of {source}")
    missed = sorted(number for number, count in counts.items() if count == 0)
    return {"lines": len(counts), "reached": len(counts) - len(missed), "not_reached": missed}


def coverage(targets):
    build("coverage", every_reader(targets))
    low = []
    for target in targets:
        sources = {source: lines_of(source) for source in TARGETS[target][1]}
        lines = sum(source["lines"] for source in sources.values())
        percent = round(100.0 * sum(source["reached"] for source in sources.values()) / lines, 1)
        baseline = load()
        baseline["coverage"][target] = {"percent": percent, "sources": sources, **stamp(TARGETS[target][1])}
        store(baseline)
        print(f"{target:20} {percent:5.1f} % of {lines} lines, " + ", ".join(
            f"{source} without {source_lines['not_reached']}" for source, source_lines in sources.items()))
        low += [target] if percent < NEEDED else []
    print(f"below {NEEDED} %: {', '.join(low)}" if low else f"{NEEDED} % or more")
    return 1 if low else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["run", "keep", "coverage", "targets"])
    parser.add_argument("target", nargs="*", choices=[[], *TARGETS])
    parser.add_argument("--executions", type=int, default=10_000_000)
    asked = parser.parse_intermixed_args()
    targets = asked.target or list(TARGETS)
    if asked.task == "targets":
        return show_targets()
    if asked.task == "run":
        return run(targets, asked.executions)
    return keep(targets) if asked.task == "keep" else coverage(targets)


if __name__ == "__main__":
    sys.exit(main())
