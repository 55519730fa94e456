"""The rebase of a finished branch, in the worktree of its run, before it is merged.

Its old tip is kept as `refs/chant/before-rebase/<run>`. Callers hold the lock of the spec.
"""

from dataclasses import replace
from pathlib import Path

from chant_ls.engine import merge_state
from chant_ls.engine.conflicts import branch_back, waiting
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError, RefUpdate
from chant_ls.engine.merge_run import finished, merging
from chant_ls.engine.merge_state import MergeState, Step, Wishes
from chant_ls.engine.merge_terms import Conflicted, Finished, Sides, before_rebase
from chant_ls.engine.own_spec import merged_spec
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.rebased import cut_from, noted
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.engine.spec_merge import Conflict
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId

REBASE = "rebase"
"""The step of a record whose branch is being rebased."""


def rebase(
    engine: Engine, record: RunRecord, wishes: Wishes, rest: tuple[SpecId, ...] = ()
) -> RunRecord | MergeState | Refusal:
    """The record of the rebased branch, the conflict that it stopped at, or why nothing was done.
    A branch that stands on the target already stays as it is."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        ends = _ends(engine, record)
        if isinstance(ends, Refusal | RunRecord):
            return ends
        onto, tip = ends
        placed = _placed(engine, record)
        if isinstance(placed, Refusal):
            return placed
        state = MergeState(
            record.spec, record.run, placed.worktree, onto, "", tip, True, wishes, rest=rest
        )
        with merging(engine, placed, REBASE):
            keep = RefUpdate(before_rebase(engine.git, record.run), tip)
            error = engine.git.update_refs([keep], f"chant: rebase {record.spec}")
            engine.fault("rebase")
            error = error or engine.git.rebase(Path(placed.worktree), onto)
            engine.fault("rebased")
            return _ended(engine, placed, state, onto, error)


def go_on(
    engine: Engine, record: RunRecord, state: MergeState, tree: str
) -> RunRecord | MergeState | Refusal:
    """With the settled tree in place of the conflict."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        merge_state.keep(engine, state, step=Step.LANDING)
        error = engine.git.take_tree(state.tree, tree)
        engine.fault("landing")
        error = error or engine.git.rebase_on(state.tree)
        engine.fault("landed")
        return _ended(engine, record, state, cut_from(engine, record, state), error)


def undo(engine: Engine, record: RunRecord) -> str:
    """After a crash: the branch as it was before its rebase."""
    tip = engine.git.commit_of(before_rebase(engine.git, record.run))
    refusal = _taken_back(engine, record, tip)
    if refusal:
        return str(refusal)
    return f"{record.spec}: its rebase was taken back: `chant merge {record.spec} --rebase`"


def _taken_back(engine: Engine, record: RunRecord, tip: str | None) -> Refusal | None:
    """Completed again; where the branch cannot be brought back, the record goes on telling of the
    rebase, and `recover` tries it again."""
    refusal = branch_back(engine, record, tip) if tip else None
    if refusal is None:
        engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
    else:
        engine.runs.write(
            replace(record, state=RunState.MERGING, step=REBASE, supervisor=ProcessId())
        )
    return refusal


def mended(engine: Engine, record: RunRecord, state: MergeState) -> str:
    """After a crash while the rebase went on: it is over, or waits at a conflict."""
    if engine.git.under_way(state.tree) == "rebase":
        now = _stopped(engine, state)
        if isinstance(now, Refusal):
            return str(now)
        merge_state.keep(engine, now, paths=now.paths or state.paths)
        return f"{state.spec}: its conflict waits in {state.folder}: `chant merge --continue`"
    noted(engine, record, cut_from(engine, record, state))
    merge_state.forget(engine)
    return f"{state.spec}: its rebase was finished: `chant merge {state.spec}`"


def over(engine: Engine, record: RunRecord, state: MergeState) -> bool:
    """Whether somebody went on with the rebase to its end, in the folder itself."""
    head = engine.git.head(state.tree) if state.rebasing and state.tree.is_dir() else None
    if head is None or head.branch != record.branch or engine.git.under_way(state.tree):
        return False
    return head.commit != state.tip and cut_from(engine, record, state) != record.base_sha


def whole(engine: Engine, record: RunRecord, state: MergeState) -> tuple[MergeState, str]:
    """The rebase as one conflict between its target and the branch as it was, and its result."""
    onto = cut_from(engine, record, state)
    return replace(state, ours=onto, theirs=state.tip), engine.git.head(state.tree).commit


def _ends(engine: Engine, record: RunRecord) -> tuple[str, str] | RunRecord | Refusal:
    """Target and branch; the record as it is where there is nothing to do."""
    names = (record.base_branch, record.branch)
    onto, tip = (engine.git.commit_of(f"refs/heads/{name}") for name in names)
    if onto is None or tip is None:
        missing = record.branch if onto else record.base_branch
        return Refusal(f"{record.spec}: there is no branch {missing}")
    return record if engine.git.is_ancestor(onto, tip) else (onto, tip)


def _placed(engine: Engine, record: RunRecord) -> RunRecord | Refusal:
    """The record with a worktree that stands on the branch and holds nothing else."""
    git, path = engine.git, Path(record.worktree or engine.worktrees / record.spec)
    if not path.is_dir():
        error = git.attach_worktree(path, record.branch)
        if error:
            return error.refusal(f"{record.spec}: its worktree cannot be made again")
    busy = git.under_way(path)
    if busy or git.head(path).branch != record.branch:
        what = f"a {busy} is under way" if busy else f"{record.branch} is not checked out"
        return Refusal(f"{record.spec}: {what} in {path}", "finish it there, then try again")
    left = git.leftovers(path)
    if isinstance(left, GitError):
        return left.refusal(f"{record.spec}: {path} cannot be read")
    if not left.clean:
        paths = (*left.changed, *left.untracked)
        why = f"{record.spec}: {path} holds changes that are not committed"
        return Refusal(why, "commit them there, then try again", paths)
    return replace(record, worktree=str(path))


def _ended(
    engine: Engine, record: RunRecord, state: MergeState, onto: str, error: GitError | None
) -> RunRecord | MergeState | Refusal:
    """What came of a step of the rebase. A spec's own file never stops it where fields merge."""
    git, work = engine.git, finished(engine, record)
    while error and git.under_way(state.tree) == "rebase":
        settled = _own_settled(engine, state, work)
        if not settled:
            return _conflict(engine, record, state, error)
        error = git.rebase_on(state.tree)
    if error:
        undone = _taken_back(engine, record, state.tip)
        merge_state.forget(engine)
        return undone or error.refusal(f"{record.spec}: it cannot be rebased")
    return noted(engine, record, onto)


def _conflict(
    engine: Engine, record: RunRecord, state: MergeState, error: GitError
) -> MergeState | Refusal:
    other = merge_state.read(engine)
    taken = other if other and other.spec != record.spec else None
    now = _stopped(engine, state) if not taken else None
    if isinstance(now, MergeState) and now.paths:
        engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
        return now
    paths = engine.git.unmerged(state.tree)
    undone = _taken_back(engine, record, state.tip)
    if taken:
        told = error.refusal(f"{record.spec}: {record.branch} conflicts with {record.base_branch}")
        names = () if isinstance(paths, GitError) else paths
        sides = Sides(state.ours, state.ours, state.tip)
        return merge_state.elsewhere(taken, Conflicted(sides, names, told))
    merge_state.forget(engine)
    return undone or error.refusal(f"{record.spec}: its rebase cannot go on")


def _stopped(engine: Engine, state: MergeState) -> MergeState | Refusal:
    git = engine.git
    ours, theirs = git.head(state.tree).commit, git.coming(state.tree)
    return waiting(engine, replace(state, ours=ours, theirs=theirs, resolution=""))


def _own_settled(engine: Engine, state: MergeState, work: Finished) -> bool:
    """Whether only the spec's own file was in conflict, and is not any more."""
    git, left = engine.git, engine.git.unmerged(state.tree)
    if isinstance(left, GitError) or work.spec_path not in left:
        return False
    ours, theirs = git.head(state.tree).commit, git.coming(state.tree)
    names = [(commit, work.spec_path) for commit in (f"{theirs}^", ours, theirs)]
    texts = git.blobs(names)
    if isinstance(texts, GitError) or texts[1] is None or texts[2] is None:
        return False
    base = texts[0] if texts[0] is not None else work.snapshot or texts[1]
    merged = merged_spec(git, base, texts[1], texts[2])
    if isinstance(merged, Conflict):
        return False
    written = engine.files.at(state.tree).write(work.spec_path, merged)
    return not written and not git.stage(state.tree, [work.spec_path]) and len(left) == 1
