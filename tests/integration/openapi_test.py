"""Schemathesis against the REST surface of the embedded server: what the OpenAPI document says is what happens.

usage: openapi_test.py PLUMBLINE SCHEMATHESIS

All checks, seed 1, 100 examples per operation, every operation; once with an access token, once without. The two runs have
a server each and go on side by side.
"""

import base64
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

EXAMPLES = 100
SLOWEST = 500  # s; a machine with nothing else to do needs about a minute
PHASES = ("coverage", "fuzzing", "stateful")


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def signed_token(key):
    """An access token of a user whom the server learns of by it."""
    now = int(time.time())
    claims = {"sub": str(uuid.uuid4()), "username": "schemathesis", "jti": str(uuid.uuid4()), "iat": now, "exp": now + 3600}
    text = encoded(b'{"alg":"RS256","typ":"JWT"}') + b"." + encoded(json.dumps(claims).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text, capture_output=True, check=True).stdout
    return (text + b"." + encoded(signature)).decode()


class Server:
    def __init__(self, plumbline, key):
        self.process = subprocess.Popen(
            [plumbline, "serve", "--port", "0", "--jwt-key", key, "--rate-limits", "off", "--login-lockout", "off"],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        """True when it was still there and ends as it should."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False


class Run:
    """One `st run`; its report and its output are in a folder of its own."""

    def __init__(self, tool, url, document, folder, *words):
        self.folder = folder
        folder.mkdir()
        # From a file: read from the server itself, Schemathesis leaves out the operation that serves the document.
        (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
        self.output = open(folder / "output.txt", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [tool, "run", "openapi.json", "--url", url, "--checks", "all", "--seed", "1", "--max-examples", str(EXAMPLES),
             "--continue-on-failure", "--no-color", "--generation-database", "none", "--suppress-health-check", "too_slow",
             "--report-json-path", str(folder / "report.json"), *words],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT)

    def finish(self, until):
        try:
            self.code = self.process.wait(max(1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = self.process.wait()
        self.output.seek(0)
        self.text = self.output.read()
        self.output.close()

    def report(self):
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))


def operations(document):
    return sum(len(methods) for methods in document["paths"].values())


def wrong_with(run, count):
    """What a report says that a good run would not; empty when nothing."""
    if run.code != 0:
        failures = re.search(r"=+ (FAILURES|ERRORS) =+.*", run.text, re.S)
        return f"exit code {run.code}\n{failures[0] if failures else run.text}"
    report = run.report()
    tested = report["operations"]
    if not (tested["tested"] == tested["selected"] == tested["total"] == count and report["filtered"] == 0):
        return f"of {count} operations not all were tested: {tested}"
    missed = [phase for phase in PHASES if report["phases"][phase]["status"] != "success"]
    if missed:
        return f"phases that did not run: {missed}"
    if report["warnings"]["unsupported_regex"]:
        return f"patterns that no test data was made for: {report['warnings']['unsupported_regex']}"
    return "" if report["test_cases"]["generated"] >= EXAMPLES * 10 else f"too few test cases: {report['test_cases']}"


def finds_a_lie(tool, server, document, folder):
    """The same tool says no when the document says what the server does not do: the test above can fail."""
    lie = json.loads(json.dumps(document))
    lie["components"]["schemas"]["KeySet"]["required"].append("nothing")
    path = "/.well-known/jwks.json"
    lie["paths"] = {path: lie["paths"][path]}
    run = Run(tool, server.url, lie, folder / "lie", "--phases", "coverage")
    run.finish(time.monotonic() + 120)
    return run.code == 1 and "nothing" in run.text


def main(plumbline, tool):
    if not pathlib.Path(tool).exists():
        sys.exit(f"{tool} is not there; ./check installs it")
    begin = time.monotonic()
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        key = str(scratch / "key.pem")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        servers = {name: Server(plumbline, key) for name in ("with-token", "without-token")}
        runs = {}
        try:
            document = servers["with-token"].get("/openapi.json")
            for name, server in servers.items():
                words = ("-H", f"Authorization: Bearer {signed_token(key)}") if name == "with-token" else ()
                runs[name] = Run(tool, server.url, document, scratch / name, *words)
            for name, run in runs.items():
                run.finish(begin + SLOWEST)
                print(f"{name}: {time.monotonic() - begin:.0f} s\n{run.text[run.text.find('API Operations'):]}")
                wrong = wrong_with(run, operations(document))
                faults += [f"{name}: {wrong}"] if wrong else []
            if not finds_a_lie(tool, servers["with-token"], document, scratch):
                faults.append("a document with a lie in it passed")
        finally:
            for run in runs.values():
                run.process.kill()
                run.process.wait()
            faults += [f"the server of {name} was gone at the end" for name, server in servers.items() if not server.stop()]
    for fault in faults:
        print(f"FAILED {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
