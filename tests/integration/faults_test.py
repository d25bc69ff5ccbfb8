"""Faults end to end, on a server that commands kill, freeze and start again: what `plumbline load` makes of them."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

SCENARIO = """schema: scenario/1
name: faults
users: {count: 20}
phases:
  - {name: connect, ramp: {users: 20, over: 500ms}}
  - {name: steady, for: 12s, rate: 100/s}
mix: {send: {share: 100%, size: 200B}}
arrivals: poisson
faults:
  - {at: steady+4s, do: DO, role: app, HOLD}
gates: {GATES}
"""

TARGET = """schema: target/1
endpoints: {{rest: "http://127.0.0.1:{port}"}}
users: {{provision: {{kind: jwt-rs256, key: "file:{key}"}}}}
control:
  freeze: "kill -STOP $(cat {pid})"
  thaw: "kill -CONT $(cat {pid})"
  kill: "kill -KILL $(cat {pid})"
  term: "exit 3"
  heal: "{python} {me} start {plumbline} {dir}"
"""


def answers(port):
    probe = subprocess.run(["/bin/bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"], capture_output=True, check=False)
    return probe.returncode == 0


def start(plumbline, folder):
    """The server of this folder, unless it runs; returns when it accepts."""
    folder = pathlib.Path(folder)
    pid_file, port_file = folder / "pid", folder / "port"
    if pid_file.exists():
        state = pathlib.Path(f"/proc/{pid_file.read_text()}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] not in "ZX":
            return
    port = port_file.read_text() if port_file.exists() else "0"
    with open(folder / "server.log", "a", encoding="utf-8") as log:
        server = subprocess.Popen(
            [plumbline, "serve", "--port", port, "--jwt-key", str(folder / "key.pem"), "--rate-limits", "off", "--shards", "1",
             "--port-file", str(folder / "bound")],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    pid_file.write_text(str(server.pid))
    # Commands of a target file start it, so it is nobody's child: it ends with the test, also when that is killed.
    owner = (folder / "owner").read_text()
    subprocess.Popen(["/bin/sh", "-c", f"while kill -0 {owner} && kill -0 {server.pid}; do sleep 1; done; kill -9 {server.pid}"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    for _ in range(1000):
        if (folder / "bound").exists() and answers((folder / "bound").read_text().strip()):
            port_file.write_text((folder / "bound").read_text().strip())
            return
        time.sleep(0.01)
    raise SystemExit("the server did not come up")


class Cases:
    def __init__(self, plumbline, folder):
        self.plumbline, self.folder = plumbline, pathlib.Path(folder)

    def run(self, name, do, hold, gates):
        """A generator that other tests held up proves nothing: then once more, at most twice."""
        for attempt in range(3):
            ran, result = self.run_once(f"{name}-{attempt}", do, hold, gates)
            if result["reason"] != "generator":
                break
        return ran, result

    def run_once(self, name, do, hold, gates):
        folder = self.folder / name
        folder.mkdir()
        (folder / "owner").write_text(str(os.getpid()))
        subprocess.run(["openssl", "genrsa", "-out", folder / "key.pem", "2048"], check=True, capture_output=True)
        start(self.plumbline, folder)
        try:
            text = TARGET.format(port=(folder / "port").read_text(), key=folder / "key.pem", pid=folder / "pid",
                                 python=sys.executable, me=__file__, plumbline=self.plumbline, dir=folder)  # fmt: skip
            (folder / "target.yaml").write_text(text)
            scenario = SCENARIO.replace("DO", do).replace("HOLD", hold).replace("GATES", gates)
            (folder / "scenario.yaml").write_text(scenario)
            ran = subprocess.run([self.plumbline, "load", folder / "scenario.yaml", "--target", folder / "target.yaml",
                                  "--settle", "15s", "--out", folder / "out"],
                                 capture_output=True, text=True, timeout=280, check=False)  # fmt: skip
            summary = folder / "out" / "summary.json"
            assert summary.exists(), ran
            return ran, json.loads(summary.read_text())
        finally:
            os.kill(int((folder / "pid").read_text()), signal.SIGKILL)

    def case_a_frozen_server_is_an_outage_as_long_as_the_freeze(self):
        ran, result = self.run("freeze", "freeze", "hold: 2s", "outage.uw_sys: {below: 60s}, anomalies: none")
        fault = result["faults"][0]
        assert fault["struck"] and fault["process"] == "app", fault
        assert 1.9 < fault["uw_sys_s"] < 8, fault  # the machine may be slow, never faster than the freeze
        assert fault["bad"] > 0 and not fault["uw_open"], fault
        assert result["outage"]["fault_free_gap_s"] < fault["uw_sys_s"], result["outage"]
        assert sum(result["anomalies"][name] for name in ("acked-lost", "duplicate-entity", "sequence-reuse")) == 0, result
        assert "fault      freeze app (app) at" in ran.stdout, ran.stdout

    def case_a_killed_server_without_a_store_has_lost_what_it_acknowledged(self):
        ran, result = self.run("kill", "kill", "hold: 1s", "anomalies: none")
        assert ran.returncode == 5, ran
        assert result["anomalies"]["acked-lost"] > 0, result["anomalies"]
        assert result["anomalies"]["false-ack"] <= result["outage"]["at_risk"], result["outage"]
        assert result["faults"][0]["devices_back_s"] > 1, result["faults"][0]
        example = next(each for each in result["examples"] if each["anomaly"] == "acked-lost")
        assert any("not in the history" in line for line in example["neighbours"]), example

    def case_what_cannot_be_done_makes_the_run_unknown(self):
        ran, result = self.run("refuse", "term", "hold: 1s", "anomalies: none")
        assert ran.returncode == 4 and not result["faults"][0]["struck"], ran
        assert "did not take place: 'exit 3' ended with status 3" in result["sentence"], result["sentence"]


def main():
    if sys.argv[1] == "start":
        start(sys.argv[2], sys.argv[3])
        return
    with tempfile.TemporaryDirectory(prefix="plumbline-faults-") as scratch:
        cases = Cases(sys.argv[1], scratch)
        for name in sorted(each for each in dir(cases) if each.startswith("case_")):
            print(name, flush=True)
            getattr(cases, name)()


main()
