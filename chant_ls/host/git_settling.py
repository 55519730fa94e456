"""Merges and rebases that stop at conflicts, in worktrees of ours."""

from collections.abc import Sequence
from pathlib import Path

from chant_ls.engine.git_port import GitError
from chant_ls.host.git_run import Repo, decode, failed, joined, pieces
from chant_ls.host.git_worktrees import forget_worktree

# a recorded resolution, an editor or a stash of the user's has no place here
_ALONE = ("-c", "rerere.enabled=false", "-c", "core.editor=true", "-c", "sequence.editor=true")
_REBASE = (*_ALONE, "-c", "rebase.rebaseMerges=false", "rebase")
_PLAINLY = ("--merge", "--no-autostash", "--no-fork-point", "--no-autosquash", "--no-update-refs")
_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")


def merge_in(repo: Repo, worktree: Path, commit: str) -> GitError | None:
    argv = (*_ALONE, "merge", "-q", "--no-commit", "--no-ff", "--no-autostash", commit)
    return failed(repo.run(*argv, cwd=worktree, ok=(0, 1)))


def coming(repo: Repo, worktree: Path) -> str:
    for name in ("MERGE_HEAD", "REBASE_HEAD"):
        found = repo.text("rev-parse", "-q", "--verify", name, cwd=worktree)
        if not isinstance(found, GitError):
            return found
    return ""


def rebase(repo: Repo, worktree: Path, onto: str) -> GitError | None:
    return failed(repo.run(*_REBASE, "-q", *_PLAINLY, onto, cwd=worktree))


def rebase_on(repo: Repo, worktree: Path) -> GitError | None:
    return failed(repo.run(*_REBASE, "--continue", cwd=worktree))


def rebase_abort(repo: Repo, worktree: Path) -> GitError | None:
    return failed(repo.run(*_REBASE, "--abort", cwd=worktree))


def unmerged(repo: Repo, worktree: Path) -> tuple[str, ...] | GitError:
    out = repo.run("ls-files", "-u", "-z", cwd=worktree)
    if isinstance(out, GitError):
        return out
    return tuple(dict.fromkeys(row.partition("\t")[2] for row in pieces(out)))


def stage(repo: Repo, worktree: Path, paths: Sequence[str]) -> GitError | None:
    if not paths:
        return None
    argv = ("add", "-A", "-f", *_FROM_STDIN)
    return failed(repo.run(*argv, cwd=worktree, stdin=joined(list(paths))))


def stage_all(repo: Repo, worktree: Path, untracked: bool) -> GitError | None:
    return failed(repo.run("add", "-A" if untracked else "-u", cwd=worktree))


def staged_tree(repo: Repo, worktree: Path) -> str | GitError:
    out = repo.run("write-tree", cwd=worktree)
    return out if isinstance(out, GitError) else decode(out).strip()


def take_tree(repo: Repo, worktree: Path, tree: str) -> GitError | None:
    taken = failed(repo.run("read-tree", "-u", "--reset", tree, cwd=worktree))
    return taken or failed(repo.run("clean", "-ffdq", cwd=worktree))


def conflict_again(repo: Repo, worktree: Path, paths: Sequence[str]) -> GitError | None:
    if not paths:
        return None
    argv = ("checkout", "-q", "-m", *_FROM_STDIN)
    return failed(repo.run(*argv, cwd=worktree, stdin=joined(list(paths))))


def drop_worktree(repo: Repo, worktree: Path) -> GitError | None:
    """Twice forced: ours are locked, and hold what nobody wants any more."""
    if not worktree.exists():
        return forget_worktree(repo, worktree)
    return failed(repo.run("worktree", "remove", "--force", "--force", "--", str(worktree)))


def local_setting(repo: Repo, name: str) -> str:
    """A value of this repository's own configuration, "" where it has none."""
    found = repo.text("config", "--local", "--get", name)
    return "" if isinstance(found, GitError) else found


def set_local(repo: Repo, name: str, value: str) -> GitError | None:
    return failed(repo.run("config", "--local", name, value))
