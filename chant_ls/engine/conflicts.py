"""Conflicts of a merge: opened in a worktree of their own, landed once settled, or taken back.

Callers hold the lock of the spec; the lock of the repository is taken here.
"""

from pathlib import Path

from chant_ls.engine import merge_state
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError, RefUpdate
from chant_ls.engine.merge import merge_resolved
from chant_ls.engine.merge_run import MergedRun, finished, merge_run, rescued
from chant_ls.engine.merge_state import MergeState, Step, Wishes
from chant_ls.engine.merge_terms import Conflicted, Finished, Sides, before_rebase, message
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.engine.resolution import digests
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


def open_merge(
    engine: Engine,
    record: RunRecord,
    conflict: Conflicted,
    wishes: Wishes,
    rest: tuple[SpecId, ...] = (),
) -> MergeState | Refusal:
    """The conflict as git leaves it, in a worktree of its own; the spec's own file is settled
    where its fields are."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        other = merge_state.read(engine)
        if other and other.spec != record.spec:
            return merge_state.elsewhere(other, conflict)
        sides = conflict.sides
        state = MergeState(
            record.spec,
            record.run,
            str(_free(engine, record.spec)),
            sides.target,
            sides.branch,
            engine.git.commit_of(f"refs/heads/{record.branch}") or sides.branch,
            wishes=wishes,
            rest=rest,
        )
        merge_state.keep(engine, state)
        engine.fault("opening")
        error = _made(engine, state, finished(engine, record), conflict)
        if error:
            close(engine, state)
            if other:
                merge_state.keep(engine, other, step=Step.WAITING)
            return error.refusal(f"{record.spec}: its conflict cannot be opened")
        engine.fault("opened")
        if other:
            _dropped(engine, other)
        return waiting(engine, state)


def waiting(engine: Engine, state: MergeState) -> MergeState | Refusal:
    """What is in conflict there now."""
    left = engine.git.leftovers(state.tree)
    if isinstance(left, GitError):
        return left.refusal(f"{state.spec}: {state.folder} cannot be read")
    met = digests(engine, state, left.changed)
    return merge_state.keep(engine, state, step=Step.WAITING, paths=left.conflicts, met=met)


def land(
    engine: Engine, record: RunRecord, state: MergeState, tree: str
) -> MergedRun | MergeState | Refusal:
    """The settled tree as a merge commit into the target; where that moved on and conflicts with
    it anew, the next conflict."""
    work = finished(engine, record)
    commit = engine.git.commit_tree(tree, [state.ours, state.theirs], message(work))
    if isinstance(commit, GitError):
        return commit.refusal(f"{state.spec}: the merge cannot be committed")
    merge_state.keep(engine, state, step=Step.LANDING, resolution=commit)
    engine.fault("landing")
    sides = Sides(state.ours, state.ours, commit)
    done = merge_run(
        engine,
        record,
        how=lambda git, work: merge_resolved(git, work, sides, state.wishes.allow_protected),
    )
    if isinstance(done, Conflicted):
        return open_merge(engine, record, done, state.wishes, state.rest)
    if isinstance(done, Refusal):
        merge_state.keep(engine, state, step=Step.WAITING)
        return done
    engine.fault("landed")
    return MergedRun(done.merged, (*done.notes, *close(engine, state, record)))


def close(engine: Engine, state: MergeState, record: RunRecord | None = None) -> tuple[str, ...]:
    """Folder and state go; with `record`, new files of the folder are kept aside and told."""
    notes: tuple[str, ...] = ()
    if record and not state.rebasing and state.tree.is_dir():
        left = engine.git.leftovers(state.tree)
        new = () if isinstance(left, GitError) else left.untracked
        kept = rescued(engine, record, new, state.tree)
        notes = (kept.message,) if isinstance(kept, Refusal) else kept
        if isinstance(kept, Refusal):
            merge_state.forget(engine)
            return (f"{state.folder} is kept: {kept.message}",)
    error = None if state.rebasing else engine.git.drop_worktree(state.tree)
    merge_state.forget(engine)
    return (*notes, *((f"{state.folder} is kept: {error}",) if error else ()))


def take_back(engine: Engine, state: MergeState, record: RunRecord) -> Refusal | None:
    """All as before the merge began. The caller holds the repository's lock."""
    if state.rebasing:
        refusal = branch_back(engine, record, state.tip)
        if refusal:
            return refusal
    close(engine, state)
    return None


def branch_back(engine: Engine, record: RunRecord, tip: str) -> Refusal | None:
    """The branch and its worktree as before the rebase."""
    git, tree = engine.git, Path(record.worktree)
    error = git.rebase_abort(tree) if git.under_way(tree) == "rebase" else None
    ref = f"refs/heads/{record.branch}"
    now = git.commit_of(ref)
    if not error and now != tip:  # the ref last: until then there is something to take back
        error = git.take_tree(tree, tip) if tree.is_dir() else None
        back = RefUpdate(ref, tip, now)
        error = error or git.update_refs([back], "chant: the rebase is taken back")
    if error:
        return error.refusal(f"{record.spec}: the rebase cannot be taken back")
    git.update_refs([RefUpdate(before_rebase(git, record.run), "")], "chant: nothing to go back to")
    return None


def _made(
    engine: Engine, state: MergeState, work: Finished, conflict: Conflicted
) -> GitError | None:
    git = engine.git
    error = git.detached_worktree(state.tree, state.ours) or git.merge_in(state.tree, state.theirs)
    if error or conflict.spec is None or not work.spec_path:
        return error
    if engine.files.at(state.tree).write(work.spec_path, conflict.spec):
        return None
    return git.stage(state.tree, [work.spec_path])


def _dropped(engine: Engine, state: MergeState) -> None:
    if not state.rebasing:
        engine.git.drop_worktree(state.tree)


def _free(engine: Engine, spec: str) -> Path:
    taken = engine.worktrees / f"{spec}.merge"
    number = 2
    while taken.exists():
        taken = engine.worktrees / f"{spec}.merge-{number}"
        number += 1
    return taken
