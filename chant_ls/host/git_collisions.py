"""What in a checkout's folder a move would overwrite although git itself would not mind."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from chant_ls.engine.git_port import Change, GitError
from chant_ls.host.git_checkout import Checkout
from chant_ls.host.git_run import Repo, pieces

_MANY = 500
"""More paths than this do not go on a command line."""


def in_the_way(repo: Repo, checkout: Checkout, changes: Sequence[Change]) -> tuple[str, ...]:
    """Paths with something of the user's where a change wants to write, ignored files included."""
    gone = {change.path for change in changes if change.kind == "D"}
    added = [change.path for change in changes if change.kind == "A"]
    there = [found for path in added for found in _occupied(checkout.top, path, gone)]
    return tuple(dict.fromkeys([*there, *_hidden(repo, checkout, changes)]))


def dirty(repo: Repo, checkout: Checkout, old: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Changed paths whose file or index entry is not as in commit `old`."""
    argv = ("diff-index", "-z", "--name-only", "--no-ext-diff", "--no-renames", old, "--")
    out = repo.run(*argv, cwd=checkout.top, index=checkout.copy)
    touched = set() if isinstance(out, GitError) else set(pieces(out))
    return tuple(change.path for change in changes if change.path in touched)


def _occupied(top: Path, path: str, gone: set[str]) -> Iterator[str]:
    """Files at `path`, below it, or where a folder above it must be; `gone` ones are tracked."""
    for parent in reversed(Path(path).parents[:-1]):
        where = top / parent
        if os.path.lexists(where) and (where.is_symlink() or not where.is_dir()):
            if parent.as_posix() not in gone:
                yield parent.as_posix()
            return
    where = top / path
    if where.is_dir() and not where.is_symlink():
        files = (f for f in where.rglob("*") if f.is_symlink() or not f.is_dir())
        yield from (n for f in files if (n := f.relative_to(top).as_posix()) not in gone)
    elif os.path.lexists(where):
        yield path


def _hidden(repo: Repo, checkout: Checkout, changes: Sequence[Change]) -> Iterator[str]:
    """Files that the user told git not to look at (assume-unchanged, skip-worktree)."""
    paths = {change.path for change in changes if change.kind != "A"}
    listed = ("--", *sorted(paths)) if len(paths) < _MANY else ()
    out = repo.run("ls-files", "-v", "-z", *listed, cwd=checkout.top, index=checkout.copy)
    rows = [] if isinstance(out, GitError) or not paths else pieces(out)
    for row in rows:
        tag, path = row[0], row[2:]
        if path in paths and (tag.islower() or tag == "S") and os.path.lexists(checkout.top / path):
            yield path
