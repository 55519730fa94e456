"""The spec files: found by folder listing, written whole and only over what was read."""

import os
from collections.abc import Iterator
from pathlib import Path

from chant_ls.engine.ports import FileStat
from chant_ls.host.files import DiskFiles
from chant_ls.model.refusal import Refusal

FOLDERS = (".chant/specs", ".chant/archive")
_DEEPEST = 6


class DiskSpecStore:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = DiskFiles(root)

    def stats(self) -> tuple[FileStat, ...]:
        found = (stat for top in FOLDERS for stat in self._scan(self._root / top, top, 0))
        return tuple(sorted(found, key=lambda stat: stat.path))

    def read(self, path: str) -> bytes | None:
        return self._files.read(path)

    def replace(self, path: str, old: bytes | None, new: bytes) -> Refusal | None:
        if self._files.read(path) != old:
            return Refusal(f"{path} was changed meanwhile by someone else", "try again")
        return self._files.write(path, new)

    def _scan(self, folder: Path, prefix: str, depth: int) -> Iterator[FileStat]:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        for entry in entries:
            path = f"{prefix}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEEPEST:
                    yield from self._scan(Path(entry.path), path, depth + 1)
            elif entry.name.endswith(".md"):
                yield from self._stat(entry, path)

    def _stat(self, entry: os.DirEntry[str], path: str) -> Iterator[FileStat]:
        """A link counts only when what it names lies inside the root."""
        try:
            if entry.is_symlink() and not self._files.holds(path):
                return
            if entry.is_file():
                stat = entry.stat()
                yield FileStat(path, stat.st_mtime_ns, stat.st_size)
        except OSError:
            return
