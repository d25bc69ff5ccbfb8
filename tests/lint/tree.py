"""The files that the lints read: sources of the repository, or of a small bad sample that mirrors its layout."""

import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = {".git", ".cache", "build", "node_modules", "__pycache__", "runs"}
SAMPLES = REPOSITORY / "tests/lint/samples"
CPP = {".h", ".cpp"}
SCRIPTS = {".py", ".mjs", ".js", ".sh", ".cmake", ".txt"}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.is_sample = SAMPLES in self.root.parents

    def files(self, suffixes=None):
        """Paths relative to the root, sorted; with `suffixes` only those."""
        return sorted(path for path in self._walk(self.root) if suffixes is None or path.suffix in suffixes)

    def _walk(self, folder):
        for path in folder.iterdir():
            if path.is_symlink() or path.name in SKIPPED or (not self.is_sample and path == SAMPLES):
                continue
            if path.is_dir():
                yield from self._walk(path)
            elif path.name != "expected.txt" or not self.is_sample:
                yield path.relative_to(self.root)

    def lines(self, path):
        """The lines of a text file, numbered from 1; nothing for a binary one."""
        data = (self.root / path).read_bytes()
        if b"\0" in data:
            return []
        return list(enumerate(data.decode("utf-8", errors="replace").splitlines(), 1))
