"""A stack under test: started, asked over its control socket, and counted by the mark in the environment of its processes."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

UP_WITHIN = 100  # s; a first start also makes what lets Kafka start fast
HEAL_WITHIN = 70


class Control:
    """One connection to the control socket."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(folder / "control.sock"))
        self.socket.settimeout(HEAL_WITHIN)
        self.lines = self.socket.makefile("rw", encoding="utf-8")
        self.events = []
        self.next = 0

    def ask(self, **words):
        self.next += 1
        print(json.dumps({"id": self.next, **words}), file=self.lines, flush=True)
        while True:
            heard = self.hear()
            if heard.get("id") == self.next:
                return heard
            self.events.append(heard)

    def do(self, deed, role=None, **words):
        answer = self.ask(do=deed, **({"role": role} if role else {}), **words)
        assert answer["ok"], f"{deed} {role}: {answer}"
        return answer

    def hear(self):
        line = self.lines.readline()
        assert line, "the stack closed its control socket"
        return json.loads(line)

    def event(self, name, process=None):
        """The next event of that name, heard already or still to come."""
        while True:
            for heard in self.events:
                if heard["event"] == name and process in (None, heard["process"]):
                    self.events.remove(heard)
                    return heard
            self.events.append(self.hear())

    def close(self):
        self.lines.close()
        self.socket.close()


class Stack:
    def __init__(self, plumbline, *words):
        self.plumbline = plumbline
        self.scratch = tempfile.TemporaryDirectory(prefix="plumbline-stack-")
        self.folder = pathlib.Path(self.scratch.name).resolve()
        self.folder.chmod(0o755)
        self.process = subprocess.Popen(
            [plumbline, "stack", "up", "--dir", self.folder, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        prefix = "plumbline: stack ready "
        if not line.startswith(prefix):
            raise AssertionError(f"not ready: {line!r} {self.process.communicate(timeout=30)[1]!r}")
        self.json = json.loads(line.removeprefix(prefix))

    def run(self, *words):
        return subprocess.run([self.plumbline, "stack", *words, "--dir", self.folder], capture_output=True, text=True, timeout=90,
                              check=False)

    def control(self):
        return Control(self.folder)

    def processes(self):
        """Ids of everything that carries this stack's mark, or works in its folder."""
        mark = b"PLUMBLINE_STACK=" + str(self.folder).encode()
        found = []
        for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                works_there = os.readlink(environ.with_name("cwd")).startswith(f"{self.folder}/")
                if works_there or mark in environ.read_bytes().split(b"\0"):
                    found.append(int(environ.parent.name))
            except OSError:
                pass  # it ended meanwhile, or is somebody else's
        return found

    def nothing_left_within(self, seconds):
        deadline = time.monotonic() + seconds
        while self.processes():
            assert time.monotonic() < deadline, f"left behind: {self.processes()}"
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=60)
        self.nothing_left_within(10)
        self.scratch.cleanup()
