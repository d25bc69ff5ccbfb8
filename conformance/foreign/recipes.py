"""How a program of another project is installed by the ordinary client of its registry, pinned, and how it is started."""
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(words, folder):
    subprocess.run([str(word) for word in words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


class Npm:
    """Packages of npm; `runtime` is the program that runs the first of the files."""
    tools = ("node", "npm")

    def __init__(self, files, packages, overrides=None, runtime=("node",)):
        self.files = files
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
    """A program with the requirements.txt beside it."""
    tools = ("python3",)

    def __init__(self, program):
        self.files = [program, program.parent / "requirements.txt"]

    def install(self, folder):
        run([sys.executable, "-m", "venv", "venv"], folder)
        run(["venv/bin/pip", "install", "-q", "-r", "requirements.txt"], folder)

    def command(self, folder):
        return ["venv/bin/python", self.files[0].name]


class Cargo:
    """A package of Rust whose binary has the name `binary`."""
    tools = ("cargo", "cc")

    def __init__(self, source, binary):
        self.files = [source / name for name in ("Cargo.toml", "Cargo.lock", "main.rs")]
        self.binary = binary

    def install(self, folder):
        run(["cargo", "build", "--release", "--locked", "-q"], folder)

    def command(self, folder):
        return [f"target/release/{self.binary}"]


class Maven:
    tools = ("java", "mvn")
    files = [HERE / "netty/pom.xml", HERE / "netty/Fixture.java"]

    def install(self, folder):
        sources = folder / "src/main/java"
        sources.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "Fixture.java", sources)
        run(["mvn", "-q", "-B", "package", "dependency:copy-dependencies", "-DoutputDirectory=lib"], folder)

    def command(self, folder):
        return ["java", "-cp", "target/classes:lib/*", "Fixture"]
