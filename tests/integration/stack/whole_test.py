"""The conformance cases and the smoke scenario on the real parts: three instances behind the front, minimal and full."""

import json
import pathlib
import subprocess
import sys
import tempfile

from running_stack import Stack

PLUMBLINE, PROFILE, CASE = sys.argv[1:4]
SMOKE = pathlib.Path(__file__).parents[3] / "scenarios" / "smoke-full.yaml"
TRIES = 3  # a machine that stood still, or that other tests held up, judges nothing

# Timers short enough for a judge that waits for several of them.
TIMERS = {"ping-interval": 300, "ping-timeout": 200, "connect-timeout": 1000, "upgrade-timeout": 600}
TARGET = """\
schema: target/1
target: {{name: {profile} stack}}
endpoints: {{socketio: {{url: '{front}', path: /socket.io/}}}}
timing: {{ping_interval_ms: 300, ping_timeout_ms: 200, connect_timeout_ms: 1000, upgrade_timeout_ms: 600}}
limits: {{max_payload: 1000000}}
capabilities: {{transport.upgrade: true, testapp: {testapp}, testapp.custom: {testapp}}}
"""
# What can be judged of the messenger, which lets nobody in without a token and has no echo.
BEFORE_LOGIN = ("EIO-HS-", "EIO-HD-")
JOINS = {"EIO-HS-18"}


def summary_of(words, out):
    ran = subprocess.run([PLUMBLINE, *words, "--out", out], capture_output=True, text=True, timeout=280, check=False)
    print(ran.stdout, ran.stderr, flush=True)
    summary = out / "summary.json"
    assert summary.exists(), f"{words}: exit {ran.returncode}"
    return json.loads(summary.read_text(encoding="utf-8"))


def before_login():
    listed = subprocess.run([PLUMBLINE, "conform", "list", "--json"], capture_output=True, text=True, check=True).stdout
    judged_before = (clause["id"] for clause in json.loads(listed)
                     if clause["status"] == "active" and "testapp" not in clause["capabilities"])  # fmt: skip
    return [name for name in judged_before if name.startswith(BEFORE_LOGIN) and name not in JOINS]


def judged(app, scratch):
    """Every clause that can be judged passes through the front, wherever the requests of one session arrive."""
    serve = ["--app", app, *(word for name, value in TIMERS.items() for word in (f"--{name}", str(value)))]
    target = scratch / f"{app}.yaml"
    with Stack(PLUMBLINE, "--profile", PROFILE, "--instances", "3", *(f"--serve-arg={word}" for word in serve)) as stack:
        assert len(stack.json["instances"]) == 3, stack.json
        target.write_text(TARGET.format(profile=PROFILE, front=stack.json["front"], testapp=str(app == "echo").lower()),
                          encoding="utf-8")
        for attempt in range(TRIES):
            words = [*(before_login() if app == "chat" else []), "--target", target, "-v"]
            clauses = summary_of(["conform", *words], scratch / f"{app}-{attempt}")["clauses"]
            by_verdict = {}
            for clause in clauses:
                by_verdict.setdefault(clause["verdict"], []).append(clause["id"])
            assert not by_verdict.keys() & {"FAIL", "WARN", "BLOCKED", "NOT_APPLICABLE"}, by_verdict
            assert len(clauses) >= (149 if app == "echo" else 27), by_verdict
            if "INCONCLUSIVE" not in by_verdict:
                return
        raise AssertionError(f"no judgement in {TRIES} runs: {by_verdict}")


def case_conform(scratch):
    judged("echo", scratch)
    judged("chat", scratch)


def case_smoke(scratch):
    """500 devices on three instances: each message once, in order, and nothing that was acknowledged is gone."""
    text = SMOKE.read_text(encoding="utf-8")
    short = scratch / "smoke.yaml"
    reduced = text.replace("stack: full", f"stack: {PROFILE}").replace("for: 10s", "for: 5s")
    # Percentiles are for a quiet machine: here only what may never happen counts.
    short.write_text(reduced.replace("below: 250ms", "below: 10s"), encoding="utf-8")
    for seed in range(7, 7 + TRIES):
        result = summary_of(["load", short, "--seed", str(seed)], scratch / f"seed-{seed}")
        # Numbers that a slow Redis made the server leave out are told, and harm nobody.
        found = {name: count for name, count in result["anomalies"].items() if count and name != "sequence-gap"}
        assert not found, f"{found}: {result['sentence']}"
        if result["outcome"] != "UNKNOWN":
            assert result["outcome"] == "PASS", result["sentence"]
            return
    raise AssertionError(f"no judgement in {TRIES} runs: {result['sentence']}")


with tempfile.TemporaryDirectory(prefix="plumbline-whole-") as folder:
    globals()[f"case_{CASE}"](pathlib.Path(folder))
