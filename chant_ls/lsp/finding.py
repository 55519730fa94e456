"""Where projects are, near a folder or a text. Reads the disk."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chant_ls.lsp.places import Folder, folder_at

_MOST_LISTED = 5_000
"""Entries that are looked at in search of projects below a folder."""

_DEEPEST = 2
"""`packages/a/.chant`: folders between a workspace folder and the root of a project."""

_SKIPPED = frozenset({"node_modules", "target", "dist", "build", "vendor"})


class Start(NamedTuple):
    """Where to look for a project. `uri` is the client's own, "" for the folder of a text; below a
    workspace folder others are looked for too."""

    path: Path
    uri: str = ""


class Found(NamedTuple):
    """A project's root; `worktree` is the linked worktree in which it was found, if it was."""

    root: Folder
    worktree: Folder | None = None


def found_at(start: Start) -> Found | None:
    """The project that a folder lies in."""
    from chant_ls.app import find_root, own_root

    root, own = find_root(start.path), own_root(start.path)
    if not isinstance(root, Path):
        return None
    project = folder_at(root, start.path, start.uri)
    if own is None or Path(os.path.realpath(own)) == project.real:
        return Found(project)
    return Found(project, folder_at(own, start.path, start.uri))


def found(starts: Iterable[Start]) -> tuple[tuple[Start, Found], ...]:
    """The projects that these lie in; below a workspace folder that lies in none, those in it.
    Each with its start: that may be forgotten by the time it is found."""
    return tuple((start, one) for start in starts for one in _near(start))


def _near(start: Start) -> Iterator[Found]:
    if here := found_at(start):
        yield here
    elif start.uri:
        for folder in _below(start.path):
            if (folder / ".chant").is_dir() and (there := found_at(Start(folder))):
                yield there


def _below(top: Path) -> Iterator[Path]:
    """The nearer ones first, until enough was looked at."""
    left, level = _MOST_LISTED, [top]
    for _ in range(_DEEPEST):
        deeper: list[Path] = []
        for folder in level:
            entries = _entries(folder, left)
            left -= len(entries)
            deeper += [folder / one.name for one in entries if _may_hold(one)]
        yield from deeper
        level = deeper


def _entries(folder: Path, most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, most))
    except OSError:
        return []


def _may_hold(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.name not in _SKIPPED and _is_dir(entry)


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
