"""The servers that judge.py judges: how each is installed by its ordinary client, pinned, and how its fixture is started."""
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FAST = {"ping_interval_ms": 300, "ping_timeout_ms": 200, "connect_timeout_ms": 1000}


def run(words, folder):
    subprocess.run([str(word) for word in words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


class Npm:
    """Packages of npm; `runtime` is the program that runs the fixture."""

    def __init__(self, fixture, packages, overrides=None, runtime=("node",)):
        self.files = [HERE / fixture]
        self.packages = packages
        self.overrides = overrides or {}
        self.runtime = runtime

    def install(self, folder):
        manifest = {"private": True, "dependencies": self.packages, "overrides": self.overrides}
        (folder / "package.json").write_text(json.dumps(manifest))
        run(["npm", "install", "--no-audit", "--no-fund"], folder)

    def command(self, folder):
        return [*self.runtime, self.files[0].name]


class Pip:
    files = [HERE / "python/fixture.py", HERE / "python/requirements.txt"]

    def install(self, folder):
        run([sys.executable, "-m", "venv", "venv"], folder)
        run(["venv/bin/pip", "install", "-q", "-r", "requirements.txt"], folder)

    def command(self, folder):
        return ["venv/bin/python", "fixture.py"]


class Cargo:
    files = [HERE / "socketioxide" / name for name in ("Cargo.toml", "Cargo.lock", "main.rs")]

    def install(self, folder):
        run(["cargo", "build", "--release", "--locked", "-q"], folder)

    def command(self, folder):
        return ["target/release/fixture"]


class Maven:
    files = [HERE / "netty/pom.xml", HERE / "netty/Fixture.java"]

    def install(self, folder):
        sources = folder / "src/main/java"
        sources.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "Fixture.java", sources)
        run(["mvn", "-q", "-B", "package", "dependency:copy-dependencies", "-DoutputDirectory=lib"], folder)

    def command(self, folder):
        return ["java", "-cp", "target/classes:lib/*", "Fixture"]


# name: (title, how it is installed, its timers, runs thrown away before the judged one)
SERVERS = {
    "node-4": ("socket.io 4.8.4 (engine.io 6.6.11), Node",
               Npm("node/fixture.cjs", {"socket.io": "4.8.4"}, {"engine.io": "6.6.11"}), FAST, 0),
    "node-3": ("socket.io 3.1.2 (engine.io 4.1.2), Node",
               Npm("node/fixture.cjs", {"socket.io": "3.1.2"}, {"engine.io": "4.1.2"}), FAST, 0),
    "bun": ("@socket.io/bun-engine 0.1.2 with socket.io 4.8.4, bun 1.4.5",
            Npm("bun/fixture.mjs", {"bun": "1.4.5", "@socket.io/bun-engine": "0.1.2", "socket.io": "4.8.4"},
                runtime=("node_modules/.bin/bun",)), FAST, 0),
    "socketioxide": ("socketioxide 0.18.9 (engineioxide 0.17.9, axum 0.8.9), Rust", Cargo(), FAST, 0),
    "python": ("python-socketio 5.18.1 (python-engineio 4.15.1, aiohttp 3.14.5)", Pip(),
               {"ping_interval_ms": 1000, "ping_timeout_ms": 1000}, 0),
    "netty": ("netty-socketio 2.0.14 (netty 4.1.130), Java", Maven(), FAST, 2),  # a cold JVM misses tight heartbeats
    "node-2": ("socket.io 2.5.1, Node: Engine.IO 3 only", Npm("node/fixture.cjs", {"socket.io": "2.5.1"}), FAST, 0),
}
