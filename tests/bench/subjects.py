"""What is compared: three servers and three generators, each a command line that speaks the same bytes."""
import json
import os
import re
import subprocess

from process import Child, Lost

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(SOURCE, "tests/bench")
NODE_PACKAGES = os.path.join(SOURCE, "tests/e2e/node_modules")
NODE_ENVIRONMENT = {"NODE_PATH": NODE_PACKAGES, "NODE_ENV": "production"}
SUBJECTS = ("plumbline", "floor", "node")


class Subjects:
    def __init__(self, build, node, scratch):
        self.plumbline = os.path.join(build, "bin/plumbline")
        self.floor = os.path.join(build, "tests/bench/floor")
        self.node = node
        self.scratch = scratch
        self.real_time = may_run_in_real_time()
        self.runs = 0

    def missing(self):
        """What has to be built or installed first, as a sentence, or None."""
        for path in (self.plumbline, self.floor):
            if not os.path.exists(path):
                return f"{path} is missing: cmake --preset bench && cmake --build --preset bench"
        if not os.path.isdir(NODE_PACKAGES):
            return "tests/e2e/node_modules is missing: npm ci --prefix tests/e2e"
        return None

    def server(self, subject, core):
        words = {
            "plumbline": [self.plumbline, "serve", "--app", "echo", "--port", "0"],
            "floor": [self.floor, "serve"],
            "node": [self.node, os.path.join(HERE, "node/server.cjs")],
        }[subject]
        return Child(words, core, NODE_ENVIRONMENT)

    def generator(self, subject, core, url, load, seconds):
        arguments = [url.rsplit(":", 1)[1], str(load["connections"]), load["event"], str(load["rate"]), str(seconds),
                     str(load["in_a_row"])]
        if subject == "floor":
            return FloorLike([self.floor, "load", *arguments], core, self.real_time)
        if subject == "node":
            return FloorLike([self.node, os.path.join(HERE, "node/load.cjs"), *arguments], core, self.real_time)
        self.runs += 1
        return Plumbline(self.plumbline, core, url, os.path.join(self.scratch, str(self.runs)), seconds)


def may_run_in_real_time():
    return subprocess.run(["chrt", "--rr", "1", "true"], capture_output=True, check=False).returncode == 0


class FloorLike(Child):
    """Its arguments are the floor's; prints one line of JSON at its end: planned, completed, rtt and slip.

    `plumbline load` gives its loop real-time priority where it may; the others get the same, or they would wake later,
    find more arrivals due at once and look cheaper.
    """

    def __init__(self, words, core, real_time):
        super().__init__([*(["chrt", "--rr", "1"] if real_time else []), *words], core, NODE_ENVIRONMENT)

    def report(self):
        if self.wait(30) != 0:
            raise Lost(f"{self.name}: no report\n" + "".join(self.lines[-20:]))
        return self.last_json()


class Plumbline(Child):
    """`plumbline load` with the shipped scenario, its steady phase cut to what is measured."""

    def __init__(self, executable, core, url, out, seconds):
        os.makedirs(out)
        self.out = os.path.join(out, "run")
        scenario = os.path.join(out, "echo-ack.yaml")
        with open(os.path.join(SOURCE, "scenarios/echo-ack.yaml"), encoding="utf-8") as shipped:
            text = re.sub(r"name: steady, for: \d+s", f"name: steady, for: {seconds}s", shipped.read())
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(text)
        super().__init__([executable, "load", scenario, "--target", url, "--out", self.out], core)

    def report(self):
        if self.wait(60) is None:
            raise Lost(f"{self.name}: no report\n" + "".join(self.lines[-20:]))
        with open(os.path.join(self.out, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        line = {"planned": summary["sent"], "completed": summary["acked"], "verdict": summary["generator"]["verdict"]}
        for name, key in (("rtt", "ack"), ("slip", "slip")):
            for quantile in ("p50", "p99", "max"):
                line[f"{name}_{quantile}_us"] = round(1000 * summary["latency_ms"][key][quantile])
        return line
