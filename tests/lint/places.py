"""Nothing names one machine: no absolute path of somebody's disk, no host that only some can reach, no output of a run."""

import re

# Hosts that a reader may be sent to; a name without a dot, or a number, is a machine in the reader's own network.
HOSTS = re.compile(
    r"^([\d.]+|([\w-]+\.)*example\.(com|net|org)|[\w.-]+\.(test|invalid|example)"
    r"|json-schema\.org|www\.w3\.org|www\.apache\.org|www\.rfc-editor\.org|github\.com|socket\.io)$")
URL = re.compile(r"\b(?:https?|wss?)://([\w-]+(?:\.[\w-]+)+)")
MACHINE_PATH = re.compile(r"(?<![\w.\-}/*])/(work|home|root|Users|mnt)/[\w.]")
THIS_FOLDER = "tests/lint/"
# What `load` and `conform` leave in a run directory, by the file that ends each.
RUN_OUTPUT = {"summary.json", "report.jsonl", "badge.json"}


def findings(tree):
    found = []
    for path in tree.files():
        if path.name in RUN_OUTPUT:
            found.append(f"{path}:1: output of a run; a test writes into its folder of the build tree, a person elsewhere")
        # Rendered pages carry the licence of the plot library, which names its own host.
        if path.as_posix().startswith((THIS_FOLDER, "reports/examples/")) or path.name == "LICENSE":
            continue
        for number, line in tree.lines(path):
            for host in URL.findall(line):
                if not HOSTS.match(host):
                    found.append(f"{path}:{number}: host {host}; a file of this project names no host that a build could need")
            if MACHINE_PATH.search(line):
                found.append(f"{path}:{number}: path of one machine; make it relative to the source tree")
    return found
