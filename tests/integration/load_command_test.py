"""What `plumbline load` says, and the exit code it ends with, when something is wrong before or during a run."""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

HEAD = "schema: scenario/1\nname: t\n"
CHAT = HEAD + "users: {count: 6}\nphases: [{name: steady, for: 1s, rate: 20/s}]\n"


class Cases:
    def __init__(self, plumbline, scenarios, scratch):
        self.plumbline = plumbline
        self.scenarios = pathlib.Path(scenarios)
        self.scratch = pathlib.Path(scratch)

    def load(self, *words):
        return subprocess.run([self.plumbline, "load", *map(str, words)], capture_output=True, text=True, timeout=100, check=False)

    def file(self, name, text):
        path = self.scratch / name
        path.write_text(text, encoding="utf-8")
        return path

    def refuses(self, code, sentence, *words):
        run = self.load(*words)
        assert run.returncode == code, f"{words}: exit {run.returncode}, expected {code}\n{run.stdout}{run.stderr}"
        assert sentence in run.stderr, f"{words}: expected {sentence!r} in {run.stderr!r}"
        assert len(run.stderr.strip().splitlines()) == 1, f"{words}: more than one sentence: {run.stderr!r}"

    def case_misspelt_key(self):
        path = self.file("bad.yaml", CHAT.replace("rate:", "rates:"))
        run = self.load(path)
        assert run.returncode == 2 and len(run.stderr.splitlines()) == 1, run
        assert f"{path}:4:34: unknown key 'rates' in phase 'steady'; did you mean 'rate'?" in run.stderr, run.stderr

    def case_missing_file(self):
        self.refuses(2, "no such scenario file", self.scratch / "none.yaml")

    def case_wrong_words(self):
        self.refuses(2, "see plumbline load --help", "--no-such-option", "x")
        self.refuses(2, "see plumbline load --help")

    def case_unreachable_target(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
            scenario = self.file("chat.yaml", CHAT)
            self.refuses(3, f"{url} refused the connection; is the server running?", scenario, "--target", url)

    def case_bad_target(self):
        self.refuses(2, "no such target file", self.file("chat.yaml", CHAT), "--target", "nowhere.yaml")

    def case_unusable_out(self):
        blocked = self.file("blocked", "a file")
        self.refuses(6, "--out", self.file("chat.yaml", CHAT), "--out", blocked / "run")
        full = self.scratch / "full"
        full.mkdir()
        (full / "something").write_text("x", encoding="utf-8")
        self.refuses(6, str(full), self.file("chat.yaml", CHAT), "--out", full)

    def case_a_server_that_refuses_leaves_no_folder(self):
        out = self.scratch / "refused"
        run = self.load(self.file("chat.yaml", CHAT), "--mutant", "no-such-fault", "--out", out)
        assert run.returncode == 2 and not out.exists(), run
        run = self.load(self.file("my chat.yaml", CHAT), "--out", out)
        assert run.returncode in (0, 4), run
        again = json.loads((out / "summary.json").read_text(encoding="utf-8"))["again"]
        assert f"'{self.scratch / 'my chat.yaml'}'" in again, again

    def case_a_seed_below_zero(self):
        self.refuses(2, "'-1' is not a whole number", self.file("chat.yaml", CHAT), "--seed", "-1")

    def case_bad_key(self):
        key = self.file("key.pem", "no key")
        self.refuses(2, "not an RSA private key", self.file("chat.yaml", CHAT), "--jwt-key", key)

    def case_help_and_plan(self):
        shown = self.load("--help")
        assert shown.returncode == 0 and "130" in shown.stdout and "Examples" in shown.stdout, shown
        plan = self.load(self.scenarios / "smoke.yaml", "--plan", "--json")
        assert plan.returncode == 0 and json.loads(plan.stdout)["devices"] == 2000, plan
        assert plan.stdout == self.load("run", self.scenarios / "smoke.yaml", "--plan", "--json").stdout

    def case_a_short_run(self):
        out = self.scratch / "short"
        run = self.load(self.file("chat.yaml", CHAT), "--out", out, "--json")
        assert run.returncode in (0, 4), run
        summary = json.loads(run.stdout)
        assert summary == json.loads((out / "summary.json").read_text(encoding="utf-8"))
        assert summary["verb"] == "load" and summary["sent"] == 20 and summary["acked"] == 20, summary
        assert summary["expected_deliveries"] == summary["deliveries"] == 40, summary
        for name in ("report.html", "report.md", "junit.xml", "series.csv", "latency.hlog", "plan.json", "env.json",
                     "scenario.yaml"):
            assert (out / name).stat().st_size > 0, name

    def case_a_server_that_keeps_its_data_and_then_dies(self):
        key = pathlib.Path(self.scratch / "server.pem")
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        server = subprocess.Popen([self.plumbline, "serve", "--port", "0", "--jwt-key", str(key), "--rate-limits", "off"],
                                  stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            scenario = self.file("chat.yaml", CHAT)
            for name in ("first", "second"):  # the second run must not see the messages of the first
                run = self.load(scenario, "--target", url, "--jwt-key", key, "--out", self.scratch / name)
                assert run.returncode in (0, 4), run.stdout
            run = self.load(scenario, "--target", url, "--out", self.scratch / "stranger",
                            "--jwt-key", self.other_key())
            assert run.returncode == 6 and "does it trust the key?" in run.stdout, run
            scenario = self.file("long.yaml", CHAT.replace("for: 1s", "for: 60s"))
            run = subprocess.Popen([self.plumbline, "load", str(scenario), "--target", url, "--jwt-key", str(key), "--out",
                                    str(self.scratch / "lost")], stdout=subprocess.PIPE, text=True)
            for line in run.stdout:
                if "steady" in line:
                    break
        finally:
            server.kill()
            server.wait()
        said = run.stdout.read()
        assert run.wait(40) == 3 and "the target was lost" in said, said

    def other_key(self):
        key = pathlib.Path(self.scratch / "other.pem")
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        return key

    def case_interrupted(self):
        out = self.scratch / "interrupted"
        scenario = self.file("long.yaml", CHAT.replace("for: 1s", "for: 60s"))
        run = subprocess.Popen([self.plumbline, "load", str(scenario), "--out", str(out)], stdout=subprocess.PIPE, text=True)
        for line in run.stdout:
            if "steady" in line:
                break
        time.sleep(1)  # some load must have been offered
        run.send_signal(signal.SIGINT)
        said = run.stdout.read()
        assert run.wait(30) == 130, said
        assert "INTERRUPTED" in said, said
        assert (out / "report.html").exists()
        assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["exit_code"] == 130
        assert "<error " in (out / "junit.xml").read_text(encoding="utf-8")


def main(plumbline, scenarios):
    with tempfile.TemporaryDirectory() as scratch:
        cases = Cases(plumbline, scenarios, scratch)
        for name in [each for each in dir(cases) if each.startswith("case_")]:
            getattr(cases, name)()
            print("ok", name)


if __name__ == "__main__":
    main(*sys.argv[1:])
