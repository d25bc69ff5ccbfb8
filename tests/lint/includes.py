"""What a folder may include: lower layers only, and each third-party library in one place (docs/architecture.md)."""

import re

from tree import CPP

LAYERS = {
    "base": 0, "websocket": 1, "socketio": 1, "stats": 1, "history": 1, "checker": 1, "net": 2, "client": 3, "render": 3,
    "serve": 4, "load": 4, "conform": 4, "report": 4, "stack": 4,
}
VERBS = {"reference-server": "serve", "loadgen": "load", "conformance": "conform", "reports": "report", "compose": "stack"}
WITHOUT_ASIO = {"base", "websocket", "socketio", "stats", "history", "checker"}

# Library -> the paths that may include it.
PLACES = {
    r"yaml-cpp/": r"/(scenario|config|target|catalogue)/|_(parser|config|catalogue)\.cpp$",
    r"jwt\.h": r"/auth/|^loadgen/src/target/|^tests/",
    r"sodium\.h": r"/auth/|^reference-server/src/|^libs/socketio/src/|^tests/",  # socketio: base64 only
    r"pqxx/|libpq-fe\.h": r"^reference-server/src/store/|^compose/src/watch/|^tests/integration/(real|consumer)/",
    r"hiredis/": r"^reference-server/src/backplane/|^compose/src/watch/|^tests/integration/real/",
    r"librdkafka/": r"^reference-server/src/bus/|^compose/src/kafka/|^tests/",
    r"spdlog/": r"^libs/base/",
    r"CLI/": r"\.cpp$",
}
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


def owner(path):
    """The library or verb that a file belongs to; None for the executable and the tests."""
    if path.parts[0] == "libs":
        return path.parts[1]
    return VERBS.get(path.parts[0])


def complaint(path, included):
    folder = owner(path)
    layer = LAYERS.get(folder)
    ours = re.match(r"plumbline/([a-z]+)/", included)
    if ours and layer is not None and ours[1] != folder:
        other = LAYERS.get(ours[1])
        if other is None:
            return f"includes {included}; no library has that name"
        if other >= layer:
            return f"includes {included}; {folder} (layer {layer}) may use only layers below it"
        if folder == "conform" and ours[1] == "socketio":
            return f"includes {included}; the judge's expected bytes are literals, never made by our own encoder"
    if folder in WITHOUT_ASIO and re.match(r"boost/(asio|beast)", included):
        return f"includes {included}; {folder} does no input or output, time and bytes are arguments"
    for library, place in PLACES.items():
        if re.match(library, included) and not re.search(place, path.as_posix()):
            return f"includes {included}; allowed only where the path matches {place}"
    return None


def findings(tree):
    found = []
    for path in tree.files(CPP):
        for number, line in tree.lines(path):
            include = INCLUDE.match(line)
            why = complaint(path, include[1]) if include else None
            if why:
                found.append(f"{path}:{number}: {why}")
    return found
