"""What earlier runs left behind, and whether it may go: only what our records or git name as ours.

Nothing that is live, dirty or unmerged may; `why` says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine import consult, merge_state
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError, Leftovers, Worktree
from chant_ls.engine.liveness import is_live
from chant_ls.engine.merge_state import MergeState
from chant_ls.engine.operations.work import live_jobs
from chant_ls.engine.ports import StateFile
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState

KEEP_DAYS = 30
"""Journals younger than this stay."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """`kind`: worktree, registration, checkout, branch, stop, prompt, journal, job. `why` it must
    stay, "" where it may go. `ignored` are files of a worktree that git ignores: those that exist
    nowhere else are copied to the run state first. `branch` goes with its worktree."""

    kind: str
    name: str
    spec: str = ""
    bytes: int = 0
    why: str = ""
    ignored: tuple[str, ...] = ()
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """All runs on record, by worktree and by spec, as of one moment."""

    engine: Engine
    records: tuple[RunRecord, ...]
    trees: tuple[Worktree, ...]
    merging: MergeState | None = None

    @property
    def by_tree(self) -> Mapping[Path, RunRecord]:
        """Real paths, as git tells them."""
        placed = (record for record in self.records if record.worktree)
        return {Path(record.worktree).resolve(): record for record in placed}

    def all(self) -> Iterator[Leftover]:
        yield from self.worktrees()
        yield from self.strangers()
        yield from self.branches()
        yield from self.state()

    def worktrees(self) -> Iterator[Leftover]:
        """Registered ones that a record names, or that lie in our folder."""
        owners, folder = self.by_tree, self.engine.worktrees.resolve()
        for tree in self.trees[1:]:
            record = owners.get(tree.path.resolve())
            if record or folder in tree.path.resolve().parents:
                yield self._worktree(tree, record)

    def strangers(self) -> Iterator[Leftover]:
        """Folders where our worktrees go that git knows nothing of."""
        known = {tree.path.resolve() for tree in self.trees}
        folder = self.engine.worktrees.resolve()
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir() and path not in known:
                size = self.engine.files.at(path).size()
                yield Leftover("folder", str(path), "", size, "git does not know it: look inside")

    def branches(self) -> Iterator[Leftover]:
        """Those of runs, and of attempts put aside, that are checked out nowhere."""
        out = {tree.head.branch for tree in self.trees if tree.present}
        newest = {record.branch: record for record in self.records if record.branch}
        for branch in self.engine.git.branches():
            record = newest.get(branch) or newest.get(branch.rpartition(".attempt-")[0])
            if record and branch not in out:
                own = record if branch == record.branch else None
                why = (own and self._busy(own)) or self._unmerged(record, branch)
                yield Leftover("branch", branch, record.spec, why=why)

    def state(self) -> Iterator[Leftover]:
        jobs = frozenset(live_jobs(self.engine))
        live = {record.run for record in self.records if is_live(self.engine, record)}
        for file in self.engine.runs.state_files():
            if not _needed(file, jobs, live):
                yield Leftover(file.kind, str(file.path), bytes=file.bytes)

    def _worktree(self, tree: Worktree, record: RunRecord | None) -> Leftover:
        name, spec = str(tree.path), record.spec if record else ""
        if self.merging and self.merging.tree == tree.path:
            why = "a merge waits here: `chant merge --continue` or `chant merge --abort`"
            return Leftover("worktree", name, self.merging.spec, why=why)
        if not tree.present:
            why = self._busy(record) if record else ""
            return Leftover("registration", name, spec, why=why)
        size = self.engine.files.at(tree.path).size()
        if record is None:
            return self._checkout(tree, size)
        left = self.engine.git.leftovers(tree.path, ignored=True)
        if isinstance(left, GitError):
            return Leftover("worktree", name, spec, size, f"it cannot be read: {left}")
        why = self._busy(record) or _dirty(left) or self._unmerged(record, tree.head.branch)
        return Leftover("worktree", name, spec, size, why, left.ignored, tree.head.branch)

    def _checkout(self, tree: Worktree, size: int) -> Leftover:
        """What an agent was asked in (`<id>.split`), which never holds anything to keep."""
        spec = tree.path.name.rpartition(".")[0]
        if not consult.ours(tree):
            return Leftover("worktree", str(tree.path), "", size, "no run on record made it")
        held = self.engine.runs.lock(spec)
        if isinstance(held, Refusal):
            return Leftover("checkout", str(tree.path), spec, size, held.message)
        held.release()
        return Leftover("checkout", str(tree.path), spec, size)

    def _busy(self, record: RunRecord) -> str:
        if is_live(self.engine, record):
            return f"{record.spec} is being worked"
        if record.state in LIVE_STATES:
            return f"its run was interrupted: `chant recover` decides about {record.spec}"
        if record.state is RunState.PAUSED:
            return f"{record.spec} is paused: `chant resume {record.spec}` goes on here"
        return ""

    def _unmerged(self, record: RunRecord, branch: str) -> str:
        git = self.engine.git
        tip = git.commit_of(f"refs/heads/{branch}") if branch else None
        main = git.commit_of(f"refs/heads/{record.base_branch}")
        if tip and main and git.is_ancestor(tip, main):
            return ""
        if tip is None:
            return "it is on no branch: its commits could be lost"
        into = f"it holds work that is not in {record.base_branch or 'main'}"
        done = record.state is RunState.COMPLETED and branch == record.branch
        return f"{into}: `chant merge {record.spec}`" if done else into


def survey(engine: Engine) -> Survey | Refusal:
    trees = engine.git.worktrees()
    if isinstance(trees, GitError):
        return trees.refusal("the worktrees could not be listed")
    records = (record for id in engine.runs.newest() for record in engine.runs.runs_of(id))
    return Survey(engine, tuple(records), trees, merge_state.read(engine))


def _dirty(left: Leftovers) -> str:
    if left.clean:
        return ""
    names = [*left.changed, *left.untracked]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"it holds changes that are not committed: {', '.join(names[:3])}{more}"


def _needed(file: StateFile, jobs: frozenset[str], live: set[str]) -> bool:
    if file.kind in ("journal", "job"):
        return file.owner in jobs or file.days < KEEP_DAYS
    return file.owner in live or (file.kind == "prompt" and file.days < 1)
