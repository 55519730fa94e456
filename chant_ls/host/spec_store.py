"""The spec files: found by folder listing, written whole and only over what was read."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from chant_ls.engine.ports import FileStat
from chant_ls.host import atomic
from chant_ls.host.files import DiskFiles
from chant_ls.model.refusal import Refusal

FOLDERS = (".chant/specs", ".chant/archive")
_DEEPEST = 6
_LARGEST = 32 << 20
"""Bytes. A larger file is no spec: a few kB of a repository can unpack to many GB of zeros."""
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class DiskSpecStore:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = str(root)
        self._files = DiskFiles(root)

    def stats(self) -> tuple[FileStat, ...]:
        tops = (top for top in FOLDERS if self._files.holds(top))
        found = (stat for top in tops for stat in self._scan(self._root / top, top, 0))
        return tuple(sorted(found, key=lambda stat: stat.path))

    def read(self, path: str) -> bytes | None:
        return self._files.read(path, _LARGEST)

    def read_all(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The real path of each folder is asked once; a file that is a link takes the long way."""
        inside: dict[str, bool] = {}
        for path in paths:
            folder = path.rpartition("/")[0]
            if folder not in inside:
                inside[folder] = self._files.holds(folder)
            data = self._plain(path) if inside[folder] else None
            if data is None:
                data = self.read(path)
            if data is not None:
                yield path, data

    def _plain(self, path: str) -> bytes | None:
        """None for a link, for what is no file, and for a file that changes under our hands."""
        try:
            fd = os.open(f"{self._top}/{path}", os.O_RDONLY | _FLAGS)
        except OSError:
            return None
        try:
            told = os.fstat(fd)
            if not stat.S_ISREG(told.st_mode) or told.st_size > _LARGEST:
                return None
            data = os.read(fd, told.st_size + 1)
            return data if len(data) == told.st_size else None
        except OSError:
            return None
        finally:
            os.close(fd)

    def replace(
        self, path: str, old: bytes | None, new: bytes, private: bool = False
    ) -> Refusal | None:
        if self._files.read(path) != old:
            return Refusal(f"{path} was changed meanwhile by someone else", "try again")
        return self._files.write(path, new, private)

    def move(self, old: str, new: str) -> Refusal | None:
        source, target = self._root / old, self._root / new
        if source.is_symlink() or not (self._files.holds(old) and self._files.holds(new)):
            return Refusal(f"{old} is a link; nothing is moved through it")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, target)
            source.unlink()
        except FileExistsError:
            return Refusal(f"{new} exists already", "look at both, and remove one of them")
        except OSError as error:
            return Refusal(f"{old} cannot be moved to {new}: {error.strerror}")
        return None

    def sweep(self) -> tuple[str, ...]:
        tops = (self._root / top for top in FOLDERS if self._files.holds(top))
        gone = (path for top in tops for path in atomic.sweep(top))
        return tuple(path.relative_to(self._root).as_posix() for path in gone)

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
                told = entry.stat()
                yield FileStat(path, told.st_mtime_ns, told.st_size)
        except OSError:
            return
