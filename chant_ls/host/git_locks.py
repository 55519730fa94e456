"""Locks that git left in linked worktrees when it was killed: found, and removed."""

from collections.abc import Iterator
from pathlib import Path

from chant_ls.host import gitdir
from chant_ls.host.git_run import Repo

_LOCKS = ("index.lock", "HEAD.lock")


def worktree_locks(repo: Repo) -> tuple[Path, ...]:
    """Those that lie there now, of a git at work or of one that is gone. No process starts."""
    return tuple(
        lock
        for folder in sorted((repo.common_dir / "worktrees").glob("*"))
        for lock in _locks_in(folder)
    )


def locked_worktrees(repo: Repo) -> tuple[Path, ...]:
    tops = (gitdir.top_of(lock.parent) for lock in worktree_locks(repo))
    return tuple(dict.fromkeys(top for top in tops if top))


def free_worktree(repo: Repo, worktree: Path) -> bool:
    """Whether there were locks, and no git at work in it any more to hold them."""
    if not gitdir.is_worktree(worktree, repo.common_dir):
        return False
    here = gitdir.locate(worktree)
    locks = _locks_in(here.git_dir) if here else []
    if not here or not locks or _git_at_work(worktree.resolve()):
        return False
    branch = gitdir.head_branch(here.git_dir)
    for lock in (*locks, repo.common_dir / "refs/heads" / f"{branch}.lock"):
        lock.unlink(missing_ok=True)
    return True


def _locks_in(git_dir: Path) -> list[Path]:
    return [lock for name in _LOCKS if (lock := git_dir / name).exists()]


def _git_at_work(top: Path) -> bool:
    """One whose folder nobody may ask for counts too."""
    return any(cwd is None or cwd == top or top in cwd.parents for cwd in _folders_of_gits())


def _folders_of_gits() -> Iterator[Path | None]:
    import psutil

    for process in psutil.process_iter(["name"]):
        if not (process.info["name"] or "").startswith("git"):
            continue
        try:
            yield Path(process.cwd()) if process.status() != psutil.STATUS_ZOMBIE else Path("/")
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            yield None
