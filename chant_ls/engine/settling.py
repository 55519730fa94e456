"""A merge that met a conflict, carried on until it is done or needs a person."""

from chant_ls.engine import conflicts, merge_state, rebasing
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Tell
from chant_ls.engine.merge_run import MergedRun, merge_run
from chant_ls.engine.merge_state import MergeState, Wishes
from chant_ls.engine.merge_terms import Conflicted, before_rebase
from chant_ls.engine.records import RunRecord
from chant_ls.engine.resolution import Unfit, accepted, begun, judged
from chant_ls.engine.resolver import resolve
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


def begin(
    engine: Engine, record: RunRecord, wishes: Wishes, rest: tuple[SpecId, ...], tell: Tell
) -> MergedRun | Refusal:
    """One finished run into its target, rebased first if that is wished."""
    waits = merge_state.read(engine)
    if waits and waits.spec == record.spec:
        if waits.rebasing or waits.tip == engine.git.commit_of(f"refs/heads/{record.branch}"):
            return merge_state.told(waits, f"{record.spec}: its merge waits at a conflict")
        if begun(engine, waits):
            why = f"{record.spec}: its branch went on while its conflict is being settled"
            return merge_state.told(waits, why)
        conflicts.close(engine, waits, record)  # it was settled on the branch itself
    based = rebasing.rebase(engine, record, wishes, rest) if wishes.rebase else record
    return _on(engine, record, based, wishes, rest, tell)


def by_hand(
    engine: Engine, state: MergeState, record: RunRecord, tell: Tell
) -> MergedRun | Refusal:
    """`--continue`: what somebody settled is landed; conflicts that come up then are for an agent
    where the user wished that."""
    if rebasing.over(engine, record, state):
        told = judged(engine, *rebasing.whole(engine, record, state))
        if isinstance(told, Unfit):
            return told.refusal
        rebasing.mended(engine, record, state)
        fresh = engine.runs.read(record.run) or record
        return _on(engine, fresh, fresh, state.wishes, state.rest, tell)
    tree = accepted(engine, state)
    if isinstance(tree, Unfit):
        return tree.refusal
    return _settled(engine, record, state, tree, tell)


def by_agent(
    engine: Engine, state: MergeState, record: RunRecord, tell: Tell
) -> MergedRun | Refusal:
    tree = resolve(engine, record, state, tell)
    return tree if isinstance(tree, Refusal) else _settled(engine, record, state, tree, tell)


def _settled(
    engine: Engine, record: RunRecord, state: MergeState, tree: str, tell: Tell
) -> MergedRun | Refusal:
    if state.rebasing:
        based = rebasing.go_on(engine, record, state, tree)
        if isinstance(based, RunRecord):
            merge_state.forget(engine)
        return _on(engine, record, based, state.wishes, state.rest, tell)
    landed = conflicts.land(engine, record, state, tree)
    return _met(engine, record, landed, tell) if isinstance(landed, MergeState) else landed


def _on(
    engine: Engine,
    record: RunRecord,
    based: RunRecord | MergeState | Refusal,
    wishes: Wishes,
    rest: tuple[SpecId, ...],
    tell: Tell,
) -> MergedRun | Refusal:
    """From a rebase, or from where none was wished, to the merge."""
    if isinstance(based, MergeState):
        return _met(engine, record, based, tell)
    if isinstance(based, Refusal):
        return based
    done = merge_run(engine, based, wishes.allow_protected)
    if isinstance(done, Conflicted):
        opened = conflicts.open_merge(engine, based, done, wishes, rest)
        return opened if isinstance(opened, Refusal) else _met(engine, based, opened, tell)
    if isinstance(done, Refusal) or not wishes.rebase:
        return done
    kept = before_rebase(engine.git, record.run)
    note = f"before its rebase: {kept}" if engine.git.commit_of(kept) else ""
    return MergedRun(done.merged, (*((note,) if note else ()), *done.notes))


def _met(engine: Engine, record: RunRecord, state: MergeState, tell: Tell) -> MergedRun | Refusal:
    """A conflict: for the agent if that is wished, else for the user. One that git settled by
    itself after all goes on at once."""
    if not state.paths:
        return by_hand(engine, state, record, tell)
    if state.wishes.auto:
        return by_agent(engine, state, record, tell)
    return merge_state.told(state)
