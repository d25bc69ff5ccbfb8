"""The image of compose/Dockerfile is built and serves: only where that is asked for and an engine is there."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(sys.argv[1])
SCRIPT = str(ROOT / "compose" / "image.sh")
COMPOSE = ["docker-compose", "-f", str(ROOT / "compose" / "compose.yaml")]
SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt
READY_WITHIN = 240  # s; PostgreSQL and Kafka make their directories first


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def run(*words, **options):
    return subprocess.run(words, check=True, timeout=3600, text=True, **options)


def ready():
    try:
        with urllib.request.urlopen("http://127.0.0.1:3000/health/ready", timeout=5) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def all_ready():
    """Three instances behind the front, each with all it depends on."""
    deadline = time.monotonic() + READY_WITHIN
    while (said := ready()) is None or set(said["dependencies"].values()) != {"ok"}:
        assert time.monotonic() < deadline, f"not ready: {said}"
        time.sleep(1)
    print(said)


def main():
    if os.environ.get("PLUMBLINE_IMAGE_TEST") != "1":
        skip("building the image compiles everything anew; PLUMBLINE_IMAGE_TEST=1 asks for it")
    able = subprocess.run([SCRIPT, "--check"], capture_output=True, text=True, timeout=60, check=False)
    if able.returncode != 0:
        skip(able.stderr.strip())
    run(SCRIPT)
    if "docker" not in able.stdout:
        container = run("buildah", "from", "plumbline:latest", stdout=subprocess.PIPE).stdout.strip()
        try:
            run("buildah", "run", "--isolation", "chroot", container, "--", "plumbline", "--version")
        finally:
            run("buildah", "rm", container)
        return
    if not shutil.which(COMPOSE[0]):
        skip("the image was built, and docker-compose is not there to start it")
    try:
        run(*COMPOSE, "up", "-d", "--no-build")
        all_ready()
    except BaseException:
        subprocess.run([*COMPOSE, "logs", "--tail", "20"], timeout=60, check=False)
        raise
    finally:
        run(*COMPOSE, "down", "--volumes", "--timeout", "5")


main()
