"""Which files git tracks, by reading the index: no process, so readers may ask (git.md).

The format is that of gitformat-index(5), versions 2 to 4.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chant_ls.host.gitdir import locate

_SHA256 = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256", re.MULTILINE | re.IGNORECASE)
_STAT = 40
"""Bytes of an entry before its object name: times, device, inode, mode, owner, size."""
_EXTENDED = 0x4000
_ELSEWHERE = frozenset({b"link", b"sdir"})
"""Extensions that say: some entries are not in this file (split index, sparse index)."""


@dataclass(frozen=True, slots=True)
class _Index:
    """`partial`: what is not among `paths` may be tracked nevertheless."""

    paths: frozenset[bytes]
    partial: bool


def tracked(root: Path, paths: Iterable[str]) -> Mapping[str, bool | None]:
    """For each path, relative to `root`, whether the checkout's index holds it; None where that
    cannot be told."""
    wanted = tuple(paths)
    where = locate(root) if wanted else None
    if where is None:
        return dict.fromkeys(wanted, False)
    try:
        index = _index(where.git_dir / "index", where.common_dir / "config")
    except (OSError, ValueError, IndexError):
        return dict.fromkeys(wanted)
    below = os.path.relpath(root.resolve(), where.top)
    names = {path: os.fsencode(os.path.normpath(f"{below}/{path}")) for path in wanted}
    other = None if index.partial else False
    return {path: name in index.paths or other for path, name in names.items()}


def _index(file: Path, config: Path) -> _Index:
    try:
        told = file.stat()
    except FileNotFoundError:
        return _Index(frozenset(), False)
    hash_size = 32 if _SHA256.search(config.read_bytes()) else 20
    return _read(file, (told.st_mtime_ns, told.st_size, told.st_ino), hash_size)


@lru_cache(maxsize=8)
def _read(file: Path, stamp: tuple[int, int, int], hash_size: int) -> _Index:
    """`stamp` tells one state of the file from the next."""
    data = file.read_bytes()
    if data[:4] != b"DIRC":
        raise ValueError("not an index")
    paths, at = set(), 12
    for path, after in _entries(data, hash_size):
        paths.add(path)
        at = after
    extensions = frozenset(_extensions(data[: len(data) - hash_size], at))
    return _Index(frozenset(paths), bool(extensions & _ELSEWHERE))


def _entries(data: bytes, hash_size: int) -> Iterator[tuple[bytes, int]]:
    """Every path, and the offset behind its entry."""
    version = int.from_bytes(data[4:8], "big")
    if version not in (2, 3, 4):
        raise ValueError("unknown version")
    at, path = 12, b""
    for _ in range(int.from_bytes(data[8:12], "big")):
        start = at
        at += _STAT + hash_size + 2
        flags = int.from_bytes(data[at - 2 : at], "big")
        at += 2 if flags & _EXTENDED else 0
        cut = 0
        if version == 4:
            cut, at = _varint(data, at)
        end = data.index(0, at)
        path = path[: len(path) - cut] + data[at:end] if version == 4 else data[at:end]
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        yield path, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in the offset encoding of pack files, and the offset behind it."""
    value, at = data[at] & 0x7F, at + 1
    while data[at - 1] & 0x80:
        value = ((value + 1) << 7) | (data[at] & 0x7F)
        at += 1
    return value, at


def _extensions(data: bytes, at: int) -> Iterator[bytes]:
    while at + 8 <= len(data):
        yield data[at : at + 4]
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
