#!/usr/bin/env python3
"""Judges servers and clients of other projects and writes what each does differently to docs/targets.md.

usage: judge.py PLUMBLINE [NAME...]     names of servers.py and clients.py; all of them without one
       judge.py --table                 docs/targets.md again from the stored results

Each is installed at a pinned version by the client of its registry into build/foreign (resumable: what is there already
is not installed again). A server is started as a child with the echo fixture, started again where it dies, and judged by
`plumbline conform`; a client's program is started by `plumbline conform --subject client` for each case. A result, with
the frames behind each line, is results/<name>.json.
"""
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import table
from clients import CLIENTS
from recipes import HERE
from servers import SERVERS

ROOT = HERE.parent.parent
WORK = ROOT / "build/foreign"
READY_SECONDS = 30
MOST_FRAMES = 14
LONGEST_FRAME = 180
TARGET = """schema: target/1
target: {{name: {title!r}}}
endpoints: {{socketio: {{url: '{url}'}}}}
timing: {timing}
limits: {{max_payload: 1000000}}
"""
CLIENT = """schema: target/1
target: {{name: {title!r}}}
client: {{command: '{command} {{url}}'}}
capabilities: {capabilities}
"""


def say(text):
    print(text, flush=True)


def installed(name, recipe):
    """The folder of an installed target. A stamp of its files says whether it has to be installed again."""
    missing = [tool for tool in recipe.tools if shutil.which(tool) is None]
    if missing:
        raise RuntimeError(f"it needs {' and '.join(missing)}, which this machine does not have")
    folder = WORK / name
    stamp = folder / "installed"
    told = b"".join(file.read_bytes() for file in recipe.files) + repr(sorted(vars(recipe).items(), key=str)).encode()
    wanted = hashlib.sha256(told).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    say(f"{name}: installing")
    folder.mkdir(parents=True, exist_ok=True)
    for file in recipe.files:
        shutil.copy(file, folder)
    recipe.install(folder)
    stamp.write_text(wanted)
    return folder


class Server:
    """The fixture as a child on one port, started again when it dies. A death is counted."""

    def __init__(self, folder, command):
        self.folder, self.command = folder, command
        self.deaths, self.stopped = 0, False
        self.child, self.url = self._start([])
        self.port = self.url.rsplit(":", 1)[1]
        self.watch = threading.Thread(target=self._keep, daemon=True)
        self.watch.start()

    def _start(self, words):
        child = subprocess.Popen([*self.command, *words], cwd=self.folder, stdout=subprocess.PIPE, text=True,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        alarm = threading.Timer(READY_SECONDS, child.kill)
        alarm.start()
        line = child.stdout.readline()
        alarm.cancel()
        if "listening on " not in line:
            child.kill()
            raise RuntimeError(f"{self.folder.name} did not start: {line.strip()}")
        threading.Thread(target=child.stdout.read, daemon=True).start()
        return child, line.split()[-1]

    def _keep(self):
        while self.child.wait() is not None and not self.stopped:
            self.deaths += 1
            try:
                self.child, _ = self._start([self.port])
            except RuntimeError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stopped = True
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.watch.join()


def frames_of(out, place):
    """The last frames of the take that decided, shortened."""
    file = out / place.split(":")[0]
    if not place or not file.exists():
        return []
    lines = [line for line in file.read_text(errors="replace").splitlines() if not line.startswith("#")]
    return [line if len(line) <= LONGEST_FRAME else line[:LONGEST_FRAME] + "…" for line in lines[-MOST_FRAMES:]]


def departures(out, summary):
    kept = []
    for clause in summary["clauses"]:
        if clause["verdict"] not in ("PASS", "INFO", "BLOCKED"):
            kept.append({key: clause[key] for key in ("id", "title", "level", "verdict", "expected", "observed", "reason")}
                        | {"frames": frames_of(out, clause["evidence"]) if clause["verdict"] != "NOT_APPLICABLE" else []})
        elif clause["verdict"] == "BLOCKED":
            kept.append({key: clause[key] for key in ("id", "title", "level", "verdict", "blocked_by")})
    return kept


def fresh(name):
    out = WORK / "runs" / name
    shutil.rmtree(out, ignore_errors=True)
    return out


def store(name, out, result):
    """Adds what the run in `out` found, and keeps it."""
    summary = json.loads((out / "summary.json").read_text())
    counts = {}
    for clause in summary["clauses"]:
        counts[clause["verdict"]] = counts.get(clause["verdict"], 0) + 1
    result |= {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
               "seconds": summary["generator"]["facts"]["seconds"], "counts": counts,
               "departures": departures(out, summary)}
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    say(f"{name}: exit {result['exit_code']}, {counts}, run in {out.relative_to(ROOT)}")


def judge_server(plumbline, name):
    title, recipe, timing, warm_ups = SERVERS[name]
    folder = installed(name, recipe)
    out = fresh(name)
    with Server(folder, recipe.command(folder)) as server, tempfile.TemporaryDirectory() as scratch:
        target = pathlib.Path(scratch) / "target.yaml"
        target.write_text(TARGET.format(title=title, url=server.url, timing=json.dumps(timing)))
        words = [plumbline, "conform", "--target", target, "--seed", "7"]
        for number in range(warm_ups):
            subprocess.run([*words, "--out", pathlib.Path(scratch) / str(number)], stdout=subprocess.DEVNULL, check=False)
        deaths = server.deaths
        code = subprocess.run([*words, "--out", out], stdout=subprocess.DEVNULL, check=False).returncode
        deaths = server.deaths - deaths
    store(name, out, {"server": title, "exit_code": code, "timing": timing, "deaths": deaths})


def judge_client(plumbline, name):
    title, recipe, capabilities = CLIENTS[name]
    folder = installed(name, recipe)
    out = fresh(name)
    with tempfile.TemporaryDirectory() as scratch:
        target = pathlib.Path(scratch) / "target.yaml"
        command = " ".join(f'"{word}"' for word in recipe.command(folder))
        target.write_text(CLIENT.format(title=title, command=command, capabilities=json.dumps(capabilities)))
        words = [plumbline, "conform", "--subject", "client", "--target", target, "--seed", "7", "--out", out]
        code = subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
    store(name, out, {"client": title, "exit_code": code, "capabilities": capabilities})


def main(words):
    if words == ["--table"]:
        table.write(ROOT, SERVERS, CLIENTS)
        return 0
    names = words[1:] or [*SERVERS, *CLIENTS]
    if not words or any(name not in SERVERS and name not in CLIENTS for name in names):
        print(__doc__, file=sys.stderr)
        return 2
    plumbline = pathlib.Path(words[0]).resolve()
    failed = False
    for name in names:
        try:
            (judge_client if name in CLIENTS else judge_server)(plumbline, name)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            failed = True
            say(f"{name}: not judged: {error}")
    table.write(ROOT, SERVERS, CLIENTS)
    return 6 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
