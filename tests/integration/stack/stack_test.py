"""`plumbline stack` with everything real: up, hurt, healed, down; what it leaves behind, and what it says when it cannot."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from running_stack import Stack

PLUMBLINE = sys.argv[1]
GONE_WITHIN = 3  # s


def states(control):
    return {each["name"]: each["state"] for each in control.ask(do="status")["processes"]}


def case_life():
    """A full stack comes up, says where everything is, and goes without a trace."""
    with Stack(PLUMBLINE, "--profile", "full", "--instances", "0") as stack:
        names = [each["name"] for each in stack.json["processes"]]
        assert names == ["postgres", "redis-1", "redis-2", "sentinel-1", "sentinel-2", "sentinel-3", "kafka-1", "kafka-2",
                         "kafka-3", "front"], names
        assert len(stack.json["redis"]["sentinels"]) == 3 and len(stack.json["kafka"]["brokers"]) == 3
        assert pathlib.Path(stack.json["jwt_key"]).read_text(encoding="utf-8").startswith("-----BEGIN")
        for each in stack.json["processes"]:
            assert os.path.exists(f"/proc/{each['pid']}"), each
            assert os.path.exists(each["log"]), each
            if os.geteuid() == 0 and each["role"] == "postgres":
                assert os.stat(f"/proc/{each['pid']}").st_uid != 0, "PostgreSQL runs as root"
        memory = sum(resident(pid) for pid in stack.processes())
        assert memory < 2_000_000_000, f"{memory} bytes"
        status = stack.run("status")
        assert status.returncode == 0 and status.stdout.count(" ready ") == 10, status
        assert "Kafka Server started" in stack.run("logs", "kafka-1").stdout
        down = stack.run("down")
        assert down.returncode == 0, down
        assert stack.process.wait(timeout=10) == 0
        stack.nothing_left_within(GONE_WITHIN)


def resident(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def case_faults():
    """Roles are resolved when asked, switches are told, and everything heals."""
    with Stack(PLUMBLINE, "--profile", "full", "--instances", "0") as stack:
        control = stack.control()
        killed = control.do("kill", "redis-master")
        assert killed["process"] == "redis-1" and killed["pid"] == stack.json["redis"]["nodes"][0]["pid"], killed
        assert abs(time.monotonic_ns() - killed["at_ns"]) < 10_000_000_000, killed
        assert control.event("down")["process"] == "redis-1"
        switched = control.event("switched")
        assert switched["process"] == "redis-2" and switched["at_ns"] > killed["at_ns"], switched
        assert control.do("freeze", "redis-master")["process"] == "redis-2"
        assert not control.ask(do="freeze", of="redis-2")["ok"]
        assert control.do("thaw", "redis-master")["process"] == "redis-2"
        control.do("heal")
        assert set(states(control).values()) == {"ready"}, states(control)

        controller = control.do("kill", "kafka-controller")["process"]
        assert control.event("elected")["process"] != controller
        control.do("kill", "postgres")
        assert states(control)["postgres"] == "down" and states(control)[controller] == "down"
        control.do("heal")
        assert set(states(control).values()) == {"ready"}, states(control)

        control.do("restart-empty", "kafka-broker", seed=1)
        emptied = control.do("restart-empty", "redis-replica")["process"]
        control.event("ready", emptied)
        control.do("restart", "sentinel", of="sentinel-2")
        control.event("ready", "sentinel-2")
        control.do("heal")
        assert "wants one of" in control.ask(do="melt")["error"]
        assert "no process is called" in control.ask(do="kill", of="kafka-9")["error"]
        control.close()


def case_supervisor_killed():
    """SIGKILL of the supervisor leaves nothing, not even a database that was frozen."""
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "1", "--embedded") as stack:
        control = stack.control()
        control.do("freeze", "postgres")
        assert len(stack.processes()) > 6, stack.processes()
        os.kill(stack.process.pid, signal.SIGKILL)
        stack.nothing_left_within(GONE_WITHIN)
        control.close()
    # The death of a broker or of the database alone takes nobody else along.
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "0") as stack:
        control = stack.control()
        os.kill(stack.json["kafka"]["nodes"][0]["pid"], signal.SIGKILL)
        assert control.event("down")["process"] == "kafka-1"
        os.kill(stack.json["postgres"]["pid"], signal.SIGKILL)
        assert control.event("down")["process"] == "postgres"
        control.do("heal")
        assert set(states(control).values()) == {"ready"}, states(control)
        control.close()


def case_closed_folder():
    """A directory that only root may enter, as in a closed home directory, does for root as well."""
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory() as closed:  # mode 0700
        folder = f"{closed}/{'long' * 20}"
        up = subprocess.run([PLUMBLINE, "stack", "up", "--detach", "--profile", "minimal", "--instances", "1", "--embedded", "--dir",
                             folder], capture_output=True, text=True, timeout=150, check=False)
        assert up.returncode == 0, up
        key = json.loads(up.stdout.removeprefix("plumbline: stack ready "))["jwt_key"]
        assert os.path.exists(key)
        for words in (("restart", "postgres"), ("heal",), ("down",)):
            run = subprocess.run([PLUMBLINE, "stack", *words, "--dir", folder], capture_output=True, text=True, timeout=90,
                                 check=False)
            assert run.returncode == 0, run
        assert not os.path.exists(key), "the home of the processes stayed"


def case_guard():
    """A client that asked for the guard and vanished has its faults healed; one that said release has not."""
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "0") as stack:
        watcher = stack.control()
        released = stack.control()
        released.do("kill", "postgres", guard=True)
        released.do("release")
        released.close()
        watcher.event("down", "postgres")
        assert states(watcher)["postgres"] == "down"
        guarded = stack.control()
        guarded.do("freeze", "redis-master", guard=True)
        guarded.close()
        watcher.event("ready", "redis-1")
        watcher.event("ready", "postgres")
        watcher.close()


def get(front, path):
    where = urllib.parse.urlsplit(front)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def case_instances():
    """The front keeps a polling session with its instance and lets no request fail when an instance is killed."""
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "3", "--embedded") as stack:
        front = stack.json["front"]
        control = stack.control()
        for fault in (None, "app-2", "app-3"):
            if fault:
                control.do("kill", "app", of=fault)
            for _ in range(20):
                status, body = get(front, "/socket.io/?EIO=4&transport=polling")
                assert status == 200, (fault, status, body)
                sid = json.loads(body[1:])["sid"]
                where = urllib.parse.urlsplit(front)
                connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
                connection.request("POST", f"/socket.io/?EIO=4&transport=polling&sid={sid}", body="40")
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, b"ok"), (fault, answer.status)
                connection.close()
        control.do("heal")
        control.close()


def refused(code, sentence, *words, **environment):
    run = subprocess.run([PLUMBLINE, "stack", *map(str, words)], capture_output=True, text=True, timeout=60, check=False,
                         env={**os.environ, **environment})
    assert run.returncode == code, f"{words}: exit {run.returncode}, expected {code}: {run.stderr!r}"
    assert sentence in run.stderr, f"{words}: expected {sentence!r} in {run.stderr!r}"
    assert len(run.stderr.strip().splitlines()) == 1 and not run.stdout, run


def refused_by_full_disk(scratch):
    """On a disk of its own that only this start sees; only root can make one."""
    small = f"{scratch}/small"
    os.mkdir(small)
    script = 'mount -t tmpfs -o size=8m,mode=755 none "$1" || exit 99; exec "$0" stack up --dir "$1"'
    run = subprocess.run(["unshare", "--mount", "sh", "-c", script, PLUMBLINE, small], capture_output=True, text=True, timeout=60,
                         check=False)
    os.rmdir(small)
    if run.returncode in (1, 99) and os.geteuid() != 0:
        print("no disk of its own without root: a full one was not tried")
        return
    assert run.returncode == 6 and not run.stdout, run
    assert "MB left and a stack needs 200 MB; free some space" in run.stderr and len(run.stderr.splitlines()) == 1, run


def case_refusals():
    """One sentence with the remedy, and the exit code that product.md names."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        new = f"{scratch}/stack"
        refused(2, "see plumbline stack --help", "up")
        refused(2, "see plumbline stack --help", "up", "--dir", new, "--profile", "huge")
        refused(3, "no stack runs in", "down", "--dir", new)
        refused(3, "no stack runs in", "kill", "postgres", "--dir", new)
        refused(2, "no log of 'kafka-1'", "logs", "kafka-1", "--dir", new)
        refused(6, "install the Debian package openjdk-17-jre-headless", "up", "--dir", new, JAVA_HOME=scratch)
        refused(6, "install_kafka", "up", "--dir", new, PLUMBLINE_KAFKA=scratch)
        assert not os.path.exists(new), "a refused start made its directory"
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            refused(6, f"port {port} of 127.0.0.1 is taken", "up", "--dir", new, "--front-port", port)
        refused_by_full_disk(scratch)
        pathlib.Path(scratch, "thesis.txt").write_text("x", encoding="utf-8")
        refused(6, "is not empty and holds no stack", "up", "--dir", scratch)
        refused(6, "app-1 ended while it started (exit 2): plumbline serve: ", "up", "--profile", "minimal", "--instances", "1",
                "--embedded", "--serve-arg", "--no-such-option", "--dir", new)
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "0") as stack:
        refused(6, "is in use by another stack", "up", "--dir", stack.folder)


if __name__ == "__main__":
    globals()[f"case_{sys.argv[2]}"]()
