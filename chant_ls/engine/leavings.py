"""Branches and worktrees of earlier attempts: kept, put aside or tidied away, never lost."""

from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine import messages
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Leavings:
    """What is left of a spec's attempts. `worktree` is where `branch` is checked out, if it is."""

    branch: str
    tip: str | None
    worktree: Path | None
    dirty: bool
    unmerged: bool

    @property
    def nothing(self) -> bool:
        return self.tip is None and self.worktree is None

    @property
    def work(self) -> bool:
        """Whether something would be lost by removing it."""
        return self.dirty or self.unmerged


def look(engine: Engine, branch: str, main: str) -> Leavings | GitError:
    """`main` is the commit that merged work is part of."""
    git = engine.git
    tip = git.commit_of(f"refs/heads/{branch}")
    trees = git.worktrees()
    if isinstance(trees, GitError):
        return trees
    here = next((t.path for t in trees if t.head.branch == branch and t.path.is_dir()), None)
    left = git.leftovers(here) if here else None
    if isinstance(left, GitError):
        return left
    unmerged = tip is not None and not git.is_ancestor(tip, main)
    return Leavings(branch, tip, here, bool(left and not left.clean), unmerged)


def foreign(engine: Engine, spec: str, left: Leavings) -> bool:
    """Whether the branch is checked out where no attempt at this spec was made: by the user, or by
    another project of this repository that has a spec of the same name."""
    if left.worktree is None:
        return False
    ours = {Path(r.worktree).resolve() for r in engine.runs.runs_of(spec) if r.worktree}
    return left.worktree.resolve() not in ours


def put_aside(
    engine: Engine, spec: str, left: Leavings, attempt: int, private: bool = False
) -> str | Refusal:
    """Leftovers committed, the branch renamed `<branch>.attempt-<n>`, its worktree removed unless
    that would lose ignored files. The new name, "" where there was no branch."""
    git = engine.git
    if left.worktree and left.dirty:
        message = messages.about("checkpoint", spec, private)
        done = git.commit_all(left.worktree, message)
        if isinstance(done, GitError):
            return done.refusal("the leftovers of the earlier attempt could not be committed")
    if left.worktree:
        problem = tidy_worktree(engine, left.worktree)
        if problem:
            return problem
    if left.tip is None:
        return ""
    name = _free_name(engine, left.branch, attempt)
    error = git.rename_branch(left.branch, name)
    return error.refusal(f"the branch {left.branch} could not be renamed") if error else name


def tidy_worktree(engine: Engine, worktree: Path) -> Refusal | None:
    """Remove a clean worktree; one with ignored files in it stays where it is."""
    git = engine.git
    left = git.leftovers(worktree, ignored=True)
    if isinstance(left, GitError):
        return left.refusal(f"the worktree {worktree} cannot be read")
    if left.ignored or not left.clean:
        return None
    git.unlock_worktree(worktree)
    error = git.remove_worktree(worktree)
    return error.refusal(f"the worktree {worktree} could not be removed") if error else None


def unused(engine: Engine, record: RunRecord) -> Refusal | None:
    """Remove what a run made that never reached its agent: its worktree, its branch."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        return removed(engine, record)


def removed(engine: Engine, record: RunRecord) -> Refusal | None:
    """The same for who holds the lock of the repository, as callers of all else here do."""
    git, worktree = engine.git, Path(record.worktree)
    if worktree.is_dir():
        git.discard(worktree)
        if record.ignored:
            engine.files.at(worktree / git.prefix).remove(record.spec_path)
        problem = tidy_worktree(engine, worktree)
        if problem:
            return problem
    else:
        git.forget_worktree(worktree)
    if git.commit_of(f"refs/heads/{record.branch}"):
        gone = git.delete_branch_if_merged(record.branch, record.base_sha)
        if isinstance(gone, GitError):
            return gone.refusal(f"the branch {record.branch} could not be removed")
    return None


def _free_name(engine: Engine, branch: str, attempt: int) -> str:
    taken = set(engine.git.branches())
    while f"{branch}.attempt-{attempt}" in taken:
        attempt += 1
    return f"{branch}.attempt-{attempt}"
