"""compose/compose.yaml is valid: by its structure always, and by docker-compose where that is installed."""

import pathlib
import shutil
import subprocess
import sys

import yaml

COMPOSE = pathlib.Path(sys.argv[1]) / "compose"


def main():
    text = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    services = text["services"]
    assert "name" not in text, "docker-compose 1.29 refuses a top-level name"
    parts = set()
    for name, service in services.items():
        part, *node = service["command"]
        parts.add(part)
        assert node in ([], [name]), (name, service["command"])
        for other in service.get("depends_on", {}):
            assert other in services, f"{name} waits for {other}, which is no service"
    script = (COMPOSE / "start.sh").read_text(encoding="utf-8")
    known = {word for line in script.splitlines() if line.startswith("  ") and ")" in line
             for word in line.strip().split(")")[0].split(" | ")}
    assert parts <= known, f"start.sh does not know {parts - known}"
    assert subprocess.run(["sh", "-n", str(COMPOSE / "start.sh")], check=False).returncode == 0
    if shutil.which("docker-compose"):
        checked = subprocess.run(["docker-compose", "-f", str(COMPOSE / "compose.yaml"), "config", "-q"], capture_output=True,
                                 text=True, timeout=60, check=False)
        assert checked.returncode == 0, checked.stderr
    else:
        print("docker-compose is not installed: its own opinion was not asked")


main()
