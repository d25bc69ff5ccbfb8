"""The clients that judge.py judges. Their programs are those of the end-to-end tests."""
from recipes import HERE, Cargo, Npm, Pip

PROGRAMS = HERE.parent.parent / "tests/e2e/conform/clients"

# name: (title, how it is installed, its capabilities where they differ from what a client is taken for)
CLIENTS = {
    "client-node": ("socket.io-client 4.8.4 (engine.io-client 6.6.8), Node",
                    Npm([PROGRAMS / "official.mjs", PROGRAMS / "mutants.mjs"], {"socket.io-client": "4.8.4"},
                        {"engine.io-client": "6.6.8"}), {"sio.recovery": True}),
    "client-python": ("python-socketio 5.18.1 (python-engineio 4.15.1), its client",
                      Pip(PROGRAMS / "python_client.py"), {}),
    "client-rust": ("rust_socketio 0.6.0 (rust_engineio 0.6.0), Rust",
                    Cargo(PROGRAMS / "rust", "client"), {"client.namespaces": False}),
}
