"""`plumbline serve` before backends it cannot use: one sentence with the remedy, exit code 6; and what readiness says later."""

import concurrent.futures
import glob
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse

from running_stack import Stack

PLUMBLINE = sys.argv[1]
SETUP_FAILED, USAGE = 6, 2
TOLD_WITHIN = 30  # s


def psql():
    return shutil.which("psql") or sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]


def sql(uri, *statements):
    words = [word for statement in statements for word in ("-c", statement)]
    subprocess.run([psql(), uri, "-qAt", "-v", "ON_ERROR_STOP=1", *words], check=True, timeout=60, stdout=subprocess.DEVNULL)


def database(uri, name):
    return f"{uri.rsplit('/', 1)[0]}/{name}"


def with_password(uri, password):
    parts = urllib.parse.urlsplit(uri)
    return parts._replace(netloc=f"{parts.username}:{password}@{parts.hostname}:{parts.port}").geturl()


def with_address(uri, address):
    parts = urllib.parse.urlsplit(uri)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@{address}").geturl()


def refused(stack, case):
    """One start with one thing wrong; returns what is not as it should be."""
    name, code, sentences, wrong = case
    options = {"postgres": stack["postgres"]["uri"], "redis-sentinels": ",".join(stack["redis"]["sentinels"]),
               "redis-password": stack["redis"]["password"], "kafka": ",".join(stack["kafka"]["brokers"]),
               "instance": "refused", "port": "0", **wrong}
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    run = subprocess.run([PLUMBLINE, "serve", *words], capture_output=True, text=True, timeout=120, check=False)
    lines = run.stderr.splitlines()
    good = run.returncode == code and len(lines) == 1 and not run.stdout and all(each in lines[0] for each in sentences)
    return "" if good else f"{name}: exit {run.returncode}, expected {code} and {sentences}: {run.stdout!r} {run.stderr!r}"


def starts(stack):
    uri, broker = stack["postgres"]["uri"], stack["kafka"]["brokers"][0]
    # Sockets that stay: one that nobody listens on, one where nobody answers.
    nobody, silent = socket.socket(), socket.socket()
    for each in (nobody, silent):
        each.bind(("127.0.0.1", 0))
    silent.listen()
    away, mute = (f"127.0.0.1:{each.getsockname()[1]}" for each in (nobody, silent))
    sql(uri, "CREATE DATABASE newer")
    sql(database(uri, "newer"), "CREATE TABLE schema_migrations (version int PRIMARY KEY, name text NOT NULL, "
        "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
        "INSERT INTO schema_migrations VALUES (9999, 'from-the-future', 'x')")
    password = ["check --redis-password", "password"]
    cases = [
        ("Sentinel away", SETUP_FAILED, [away, "cannot be reached", "start it, or correct --redis-sentinels"],
         {"redis-sentinels": away}),
        ("Sentinel mute", SETUP_FAILED, ["no Sentinel answered in time", "check"], {"redis-sentinels": mute}),
        ("a broker for a Sentinel", SETUP_FAILED, [broker, "Check --redis-sentinels"], {"redis-sentinels": broker}),
        ("a Redis for a Sentinel", SETUP_FAILED, ["Check --redis-sentinels"],
         {"redis-sentinels": stack["redis"]["nodes"][0]["address"]}),
        ("another master", SETUP_FAILED, ["no master named 'nobody'", "check --redis-name"], {"redis-name": "nobody"}),
        ("Redis password", SETUP_FAILED, password, {"redis-password": "wrong"}),
        ("no Redis password", SETUP_FAILED, password, {"redis-password": ""}),
        ("PostgreSQL password", SETUP_FAILED, ["password authentication failed", "check --postgres"],
         {"postgres": with_password(uri, "wrong")}),
        ("PostgreSQL away", SETUP_FAILED, ["Connection refused", "check --postgres"], {"postgres": with_address(uri, away)}),
        ("PostgreSQL mute", SETUP_FAILED, ["timeout expired", "check --postgres"], {"postgres": with_address(uri, mute)}),
        ("no such database", SETUP_FAILED, ['"none" does not exist', "check --postgres"], {"postgres": database(uri, "none")}),
        ("no URI", SETUP_FAILED, ["--postgres is no connection URI"], {"postgres": "http://x y"}),
        ("a schema of tomorrow", SETUP_FAILED, ["newer than this binary", "9999", "start a newer binary"],
         {"postgres": database(uri, "newer")}),
        ("broker away", SETUP_FAILED, [f"no broker of {away} answers", "start them, or correct --kafka"], {"kafka": away}),
        ("broker mute", SETUP_FAILED, [f"no broker of {mute} answers"], {"kafka": mute}),
        # The brokers make no topic by themselves, and with one of three they cannot make one that is safe.
        ("topics missing", SETUP_FAILED, ["topic chat-messages is missing", "make it with 10 partitions"],
         {"kafka": f"{broker},{away},{away}"}),
        ("port taken", SETUP_FAILED, [f"{mute} is in use", "choose another with --port"], {"port": mute.split(":")[1]}),
        ("no broker named", USAGE, ["--kafka as well"], {"kafka": ""}),
    ]
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        wrong = [said for said in pool.map(lambda case: refused(stack, case), cases) if said]
    nobody.close()
    silent.close()
    assert not wrong, "\n".join(wrong)


def case_starts():
    """Nothing is listening, answering, allowed or there: said once, with what to do."""
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "0") as stack:
        starts(stack.json)


def ready(url):
    where = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def wait_for_word(url, dependency, well):
    """Until readiness says that this dependency is well, or why it is not."""
    deadline = time.monotonic() + TOLD_WITHIN
    while True:
        status, said = ready(url)
        assert status == 200, said  # what the others allow is served
        if (said["dependencies"][dependency] == "ok") == well:
            return said["dependencies"]
        assert time.monotonic() < deadline, f"{dependency}, well={well}: {said}"
        time.sleep(0.1)


def case_readiness():
    """Each part that goes away is named with the reason, while the instance serves what the others allow."""
    with Stack(PLUMBLINE, "--profile", "minimal", "--instances", "1") as stack:
        url = stack.json["instances"][0]["url"]
        control = stack.control()
        for role, dependency in (("redis-master", "redis"), ("postgres", "postgres"), ("kafka-broker", "kafka")):
            wait_for_word(url, dependency, True)
            control.do("kill", role)
            told = wait_for_word(url, dependency, False)
            print(role, json.dumps(told), flush=True)
            assert len(told[dependency]) > 10, told
            control.do("heal")
            wait_for_word(url, dependency, True)
        control.close()


def case_jdk():
    """A scenario that needs a stack says in one sentence that there is no Java."""
    scenario = pathlib.Path(__file__).parents[3] / "scenarios" / "smoke-full.yaml"
    run = subprocess.run([PLUMBLINE, "load", scenario], capture_output=True, text=True, timeout=60, check=False,
                         env={**os.environ, "JAVA_HOME": "/nonexistent"})
    assert run.returncode == SETUP_FAILED, run
    assert "install the Debian package openjdk-17-jre-headless" in run.stderr and len(run.stderr.splitlines()) == 1, run


if __name__ == "__main__":
    globals()[f"case_{sys.argv[2]}"]()
