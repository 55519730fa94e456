"""Where a repository lies and what it stands on, by reading files: no process, no git import."""

import re
from pathlib import Path
from typing import NamedTuple

_WORKTREE = re.compile(
    r"^\s*(?:\[core\]\s*)?worktree\s*=\s*\"?(.+?)\"?\s*$", re.MULTILINE | re.IGNORECASE
)

_UNDER_WAY = (
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
)


class Location(NamedTuple):
    """A checkout. `top` is its folder, `git_dir` its own, `common_dir` the one all share.

    `main_top` is the main checkout; for a bare repository it is the repository itself.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    main_top: Path
    bare: bool = False

    @property
    def linked(self) -> bool:
        return self.git_dir != self.common_dir


def locate(start: Path) -> Location | None:
    """The checkout (or bare repository) that `start` lies in. Never raises."""
    start = start.resolve()
    for folder in (start, *start.parents):
        git_dir = _git_dir(folder / ".git")
        if git_dir is not None:
            return _location(folder, git_dir)
        if _looks_bare(folder):
            return Location(folder, folder, folder, folder, bare=True)
    return None


def checkout_at(folder: Path) -> Location | None:
    """The checkout whose top `folder` is; never one that it merely lies in."""
    folder = folder.resolve()
    git_dir = _git_dir(folder / ".git")
    return _location(folder, git_dir) if git_dir else None


def is_worktree(folder: Path, common_dir: Path) -> bool:
    """Whether `folder` is a linked worktree of the repository, as both of its ends tell."""
    here = checkout_at(folder)
    if here is None or not here.linked or here.common_dir != common_dir.resolve():
        return False
    return top_of(here.git_dir) == here.top


def top_of(git_dir: Path) -> Path | None:
    """The folder whose worktree is kept in `git_dir`."""
    back = _resolved(git_dir, _read(git_dir / "gitdir"))
    return back.parent if back and back.name == ".git" else None


def head_branch(git_dir: Path) -> str:
    """The branch that HEAD names, "" when detached or unreadable."""
    prefix = "ref: refs/heads/"
    text = _read(git_dir / "HEAD")
    return text[len(prefix) :] if text.startswith(prefix) else ""


def under_way(git_dir: Path) -> str:
    """`rebase`, `merge`, `cherry-pick`, `revert`, `bisect`, or ""."""
    return next((name for file, name in _UNDER_WAY if (git_dir / file).exists()), "")


def _location(top: Path, git_dir: Path) -> Location:
    common = _read(git_dir / "commondir")
    common_dir = (_resolved(git_dir, common) if common else None) or git_dir
    if common_dir == git_dir:
        return Location(top, git_dir, git_dir, top)
    return Location(top, git_dir, common_dir, _main_top(common_dir))


def _main_top(common_dir: Path) -> Path:
    """A submodule's repository lies in its parent's and names its checkout in its config."""
    if common_dir.name == ".git":
        return common_dir.parent
    named = named_top(common_dir)
    back = _git_dir(named / ".git") if named else None
    return named if named and back == common_dir else common_dir


def named_top(git_dir: Path) -> Path | None:
    """The checkout that `core.worktree` names, if it does: the text is anybody's."""
    named = _WORKTREE.search(_read(git_dir / "config"))
    return _resolved(git_dir, named[1]) if named else None


def _git_dir(dot_git: Path) -> Path | None:
    if dot_git.is_dir():
        return dot_git if (dot_git / "HEAD").exists() else None
    text = _read(dot_git)
    if not text.startswith("gitdir: "):
        return None
    target = _resolved(dot_git.parent, text.removeprefix("gitdir: "))
    return target if target and (target / "HEAD").exists() else None


def _resolved(folder: Path, path: str) -> Path | None:
    """None for what no file system could hold: these texts are anybody's."""
    try:
        target = (folder / path).resolve()
        target.exists()
    except (OSError, ValueError, RuntimeError):
        return None
    return target


def _looks_bare(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("HEAD", "objects", "refs", "config"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape").strip() if path.is_file() else ""
    except OSError:
        return ""
