"""After a crash: what merges that nobody goes on with left behind, put right.

The caller holds the repository's lock. Twice is once.
"""

from dataclasses import replace

from chant_ls.engine import conflicts, merge_state, rebasing, stale_locks
from chant_ls.engine.agent import run_mark
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Git
from chant_ls.engine.merge import merge_branch
from chant_ls.engine.merge_run import merged, note_merged, tidy
from chant_ls.engine.merge_state import MergeState, Step
from chant_ls.engine.merge_terms import Conflicted, Finished, Merged
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState


def interrupted_merge(engine: Engine) -> tuple[str, ...]:
    """The merge that stopped in the middle of something, in words; changes nothing."""
    state = merge_state.read(engine)
    if state is None or state.step is Step.WAITING:
        return ()
    held = engine.runs.lock(state.spec)
    if isinstance(held, Refusal):
        return ()
    held.release()
    return (f"{state.spec}: its merge was interrupted ({state.step})",)


def recover_merge(engine: Engine) -> tuple[str, ...]:
    """Moves of a branch first, then run records, then the merge that met a conflict."""
    moved = engine.git.recover_move()
    if isinstance(moved, Refusal):
        return (str(moved),)
    told = [*([moved] if moved else []), *stale_locks.free(engine)]
    for record in engine.runs.newest().values():
        if record.state is RunState.MERGING and not engine.processes.alive(record.supervisor):
            told.append(_recovered(engine, record))
    return (*told, *_conflict(engine))


def _recovered(engine: Engine, record: RunRecord) -> str:
    if record.step == rebasing.REBASE:
        return _rebase(engine, record)
    tip = engine.git.commit_of(f"refs/heads/{record.branch}")
    target = engine.git.commit_of(f"refs/heads/{record.base_branch}")
    if target and (tip is None or engine.git.is_ancestor(tip, target)):
        done = merged(engine, record, _all_of_it) if tip else Merged(target)
        if isinstance(done, Merged):
            note_merged(engine, record, done)
            notes = tidy(engine, record, target)
            return "\n".join([f"{record.spec}: its merge was finished", *notes])
    engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
    return f"{record.spec}: completed, its merge had not happened: `chant merge {record.spec}`"


def _rebase(engine: Engine, record: RunRecord) -> str:
    """Taken back, but where its conflict was recorded already."""
    state = merge_state.read(engine)
    if state is None or state.run != record.run or not state.rebasing:
        return rebasing.undo(engine, record)
    engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
    return f"{record.spec}: its conflict waits in {state.folder}: `chant merge --continue`"


def _all_of_it(git: Git, work: Finished) -> Merged | Conflicted | Refusal:
    return merge_branch(git, work, True)


def _conflict(engine: Engine) -> tuple[str, ...]:
    """Only if nobody is at it: whoever is holds the lock of the spec."""
    state = merge_state.read(engine)
    if state is None:
        return ()
    held = engine.runs.lock(state.spec)
    if isinstance(held, Refusal):
        return ()
    with held:
        record = engine.runs.read(state.run)
        if record is None or record.state is RunState.MERGED:
            notes = conflicts.close(engine, state, record)
            return (f"{state.spec}: the folder of its conflict is gone", *notes)
        if state.step is Step.WAITING:
            return ()
        engine.processes.end_tree(state.agent, run_mark(engine.runs.folder, state.run))
        engine.runs.drop_prompt(state.run)
        return (_stopped(engine, state, record),)


def _stopped(engine: Engine, state: MergeState, record: RunRecord) -> str:
    if state.step is Step.OPENING:
        refusal = conflicts.take_back(engine, state, record)
        return str(refusal or f"{state.spec}: its merge was taken back: `chant merge {state.spec}`")
    if state.rebasing and state.step is Step.LANDING:
        return rebasing.mended(engine, record, state)
    merge_state.keep(engine, state, step=Step.WAITING, agent=ProcessId())
    return f"{state.spec}: its conflict waits in {state.folder}: `chant merge --continue`"
