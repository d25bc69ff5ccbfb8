"""One pinned child process: its address, CPU time and memory as the kernel counts them."""
import json
import os
import re
import signal
import subprocess
import threading
import time


class Lost(Exception):
    """A child ended, or did not do its part in time; the message says which and what it printed."""


class Child:
    """A process on one core. A context manager: leaving it ends that process, and no other."""

    def __init__(self, words, core, environment=None):
        self.name = " ".join(os.path.basename(word) for word in words[:3])
        self.popen = subprocess.Popen(
            ["taskset", "-c", str(core), *words], env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.pid = self.popen.pid
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def end(self, first_signal):
        """Ends the process with `first_signal`, or with SIGKILL when it is still there after 5 s."""
        if self.popen.poll() is None:
            self.popen.send_signal(first_signal)
            self.wait(5)
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        self.reader.join()

    def wait(self, seconds):
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def until(self, condition, seconds, what):
        """Polls `condition` until it gives something true; Lost after `seconds` or when the process ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            if self.popen.poll() is not None:
                break
            time.sleep(0.02)
        raise Lost(f"{self.name}: {what} did not happen within {seconds} s\n" + "".join(self.lines[-20:]))

    def url(self):
        pattern = re.compile(r"listening on (http://\S+)")
        return self.until(lambda: (pattern.findall("".join(self.lines)) or [None])[0], 10, "listening")

    def last_json(self):
        """The report line of a generator that has ended."""
        return json.loads(next(line for line in reversed(self.lines) if line.startswith("{")))

    def cpu_s(self):
        """User and system time of all threads, living and ended: the kernel's per-process CPU clock, in nanoseconds."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """Bytes: `user` is memory that only this process has, `resident` adds what it shares."""
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
            fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", file.read(), re.M))
        kib = {name: int(size) for name, size in fields.items()}
        return {"user": 1024 * (kib["Private_Clean"] + kib["Private_Dirty"]), "resident": 1024 * kib["Rss"]}


def busy_s(cores):
    """Time that the given cores have not been idle since the machine started."""
    with open("/proc/stat", encoding="ascii") as file:
        rows = {line.split()[0]: [int(word) for word in line.split()[1:9]] for line in file if line[3].isdigit()}
    return sum(sum(rows[f"cpu{core}"]) - sum(rows[f"cpu{core}"][3:5]) for core in cores) / os.sysconf("SC_CLK_TCK")
