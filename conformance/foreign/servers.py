"""The servers that judge.py judges."""
from recipes import HERE, Cargo, Maven, Npm, Pip

FAST = {"ping_interval_ms": 300, "ping_timeout_ms": 200, "connect_timeout_ms": 1000}

# name: (title, how it is installed, its timers, runs thrown away before the judged one)
SERVERS = {
    "node-4": ("socket.io 4.8.4 (engine.io 6.6.11), Node",
               Npm([HERE / "node/fixture.cjs"], {"socket.io": "4.8.4"}, {"engine.io": "6.6.11"}), FAST, 0),
    "node-3": ("socket.io 3.1.2 (engine.io 4.1.2), Node",
               Npm([HERE / "node/fixture.cjs"], {"socket.io": "3.1.2"}, {"engine.io": "4.1.2"}), FAST, 0),
    "bun": ("@socket.io/bun-engine 0.1.2 with socket.io 4.8.4, bun 1.4.5",
            Npm([HERE / "bun/fixture.mjs"], {"bun": "1.4.5", "@socket.io/bun-engine": "0.1.2", "socket.io": "4.8.4"},
                runtime=("node_modules/.bin/bun",)), FAST, 0),
    "socketioxide": ("socketioxide 0.18.9 (engineioxide 0.17.9, axum 0.8.9), Rust",
                     Cargo(HERE / "socketioxide", "fixture"), FAST, 0),
    "python": ("python-socketio 5.18.1 (python-engineio 4.15.1, aiohttp 3.14.5)", Pip(HERE / "python/fixture.py"),
               {"ping_interval_ms": 1000, "ping_timeout_ms": 1000}, 0),
    "netty": ("netty-socketio 2.0.14 (netty 4.1.130), Java", Maven(), FAST, 2),  # a cold JVM misses tight heartbeats
    "node-2": ("socket.io 2.5.1, Node: Engine.IO 3 only", Npm([HERE / "node/fixture.cjs"], {"socket.io": "2.5.1"}), FAST, 0),
}
