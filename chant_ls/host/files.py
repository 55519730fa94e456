"""Files below one folder, and nothing outside it: real paths decide, not their spelling."""

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from chant_ls.analysis.snapshot import PathFact, PathKind
from chant_ls.host import atomic
from chant_ls.model.refusal import Refusal

_LINKS = "`ls -l` shows where it leads; put a plain file or folder there"
_FILES = (stat.S_IFREG, stat.S_IFLNK)
_MAGIC = re.compile(r"[*?\[]")
_MOST_VISITED = 20_000
_MOST_PARTS = 32


@dataclass(slots=True)
class _Budget:
    """How many folder entries a walk may still look at."""

    left: int = _MOST_VISITED

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class DiskFiles:
    base: Path
    real: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "real", os.path.realpath(self.base))

    def at(self, folder: Path) -> "DiskFiles":
        return DiskFiles(folder)

    def holds(self, path: str) -> bool:
        """Whether the real path of `path`, existing or not, lies inside."""
        return self._inside(path) is not None

    def read(self, path: str, most: int = 0) -> bytes | None:
        """`most`: None for a file of more bytes."""
        inside = self._inside(path)
        try:
            if inside and most and inside.stat().st_size > most:
                return None
            return inside.read_bytes() if inside and _mode(inside) == stat.S_IFREG else None
        except OSError:
            return None

    def write(self, path: str, data: bytes, private: bool = False) -> Refusal | None:
        inside = self._inside(path)
        if inside is None:
            return Refusal(f"{path} would lie outside {self.base}", _LINKS)
        if str(inside) != os.path.normpath(f"{self.real}/{path}"):
            return Refusal(f"{path} is, or lies behind, a symbolic link", _LINKS)
        try:
            _make(inside.parent, 0o700 if private else 0o777)
            atomic.write(inside, data, 0o600 if private else None)
        except OSError as error:
            message = f"cannot write {path}: {error.strerror}"
            return Refusal(message, f"check owner, mode and free space of {self.base}")
        return None

    def remove(self, path: str) -> None:
        """The file, or the link itself, never what it leads to."""
        folder, _, name = path.rpartition("/")
        inside = self._inside(folder or ".")
        if inside and name not in ("", ".", "..") and _mode(inside / name) in _FILES:
            (inside / name).unlink()

    def fact(self, entry: str) -> PathFact:
        if _MAGIC.search(entry):
            count = len(self.expand(entry, 1000))
            return PathFact(PathKind.GLOB, count)
        inside = self._inside(entry.partition("#")[0])
        if inside is None:
            return PathFact(PathKind.OUTSIDE)
        if _mode(inside) == stat.S_IFDIR:
            return PathFact(PathKind.FOLDER, len(self.expand(entry, 1000)))
        is_file = _mode(inside) == stat.S_IFREG
        return PathFact(PathKind.FILE, 1) if is_file else PathFact(PathKind.NOTHING)

    def expand(self, entry: str, limit: int = 200) -> tuple[str, ...]:
        if not _MAGIC.search(entry):
            return self.below(entry, limit)
        return tuple(sorted(islice(self._matching(entry), limit)))

    def below(self, path: str, limit: int = 200) -> tuple[str, ...]:
        return tuple(sorted(islice(self._below(path), limit)))

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder (`""` for the base itself), folders with a final `/`."""
        inside = self._inside(folder or ".")
        found = _entries(inside) if inside else []
        return tuple(f"{one.name}/" if one.is_dir() else one.name for one in found)

    def size(self) -> int:
        return _size(self.real)

    def _below(self, entry: str) -> Iterator[str]:
        inside = self._inside(entry)
        if inside is None:
            return
        mode = _mode(inside)
        if mode == stat.S_IFREG:
            yield entry
        elif mode == stat.S_IFDIR:
            prefix = str(PurePosixPath(entry))
            yield from _walk(inside, "" if prefix == "." else prefix, ("**", "*"), _Budget())

    def _matching(self, pattern: str) -> Iterator[str]:
        parts = _parts(pattern)
        if ".." in parts or pattern.startswith("/") or len(parts) > _MOST_PARTS:
            return
        for path in _walk(Path(self.real), "", parts, _Budget()):
            if self._inside(path):
                yield path

    def _inside(self, path: str) -> Path | None:
        if not path or path.startswith(("/", "~")) or not _nameable(path):
            return None
        real = os.path.realpath(f"{self.real}/{path}")
        inside = real == self.real or real.startswith(self.real.rstrip(os.sep) + os.sep)
        return Path(real) if inside else None


def _make(folder: Path, mode: int) -> None:
    if not folder.is_dir():
        _make(folder.parent, mode)
        folder.mkdir(mode, exist_ok=True)


def _nameable(path: str) -> bool:
    """Whether a file could have that name: YAML can write what no file system holds."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _parts(pattern: str) -> tuple[str, ...]:
    """Of a pattern; `**` over and over means no more than once."""
    parts = PurePosixPath(pattern).parts
    before = ("", *parts)
    return tuple(p for last, p in zip(before, parts, strict=False) if (last, p) != ("**", "**"))


def _mode(path: Path) -> int:
    """What kind of file lies there, links not followed; 0 for none, or one that cannot be."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return 0


def _walk(folder: Path, prefix: str, parts: tuple[str, ...], budget: _Budget) -> Iterator[str]:
    """Regular files that match the pattern's parts. Linked folders are not entered."""
    head, rest = parts[0], parts[1:]
    if head == "**":
        yield from _walk(folder, prefix, rest or ("*",), budget)
    for entry in _entries(folder):
        if not budget.spend():
            return
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if head == "**":
            if is_folder and entry.name != ".git":
                yield from _walk(Path(entry.path), path, parts, budget)
        elif fnmatch.fnmatchcase(entry.name, head):
            if rest and is_folder:
                yield from _walk(Path(entry.path), path, rest, budget)
            elif not rest and entry.is_file():
                yield path


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []


def _size(folder: str) -> int:
    total, todo = 0, [folder]
    while todo:
        for entry in _entries(Path(todo.pop())):
            try:
                told = entry.stat(follow_symlinks=False)
            except OSError:  # gone since the folder was read
                continue
            total += getattr(told, "st_blocks", -(-told.st_size // 512)) * 512
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
    return total
