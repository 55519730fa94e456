"""`cancel`: stop the work, keep its branch and worktree, say so in the spec's file."""

from dataclasses import dataclass, replace

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import merge_state, specfile
from chant_ls.engine.decisions import decide, existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import busy, is_live, is_orphaned
from chant_ls.engine.meant import meant
from chant_ls.engine.records import RunRecord
from chant_ls.engine.stopping import closed, stop
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState
from chant_ls.model.spec import SpecId, Status, natural_key

LOCK_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """`confirmed` is whether the user agreed to stop a running agent."""

    id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`stopped`: an agent ran; `frees`: the dependents that it blocked; `worktree` is kept."""

    id: str
    stopped: bool
    frees: tuple[str, ...] = ()
    worktree: str = ""
    branch: str = ""
    notes: tuple[str, ...] = ()


def cancel(engine: Engine, request: CancelRequest) -> Cancelled | Refusal:
    this = meant(engine, request.id)
    if isinstance(this, Refusal):
        return this
    snapshot, id = this
    record = engine.runs.latest(id)
    refusal = _impossible(snapshot, id, record) or _merging(engine, id, record)
    if refusal:
        return refusal
    at_work = record if record and _at_work(engine, record) else None
    if at_work:
        refusal = _stopped(engine, at_work, request)
        if refusal:
            return refusal
    held = engine.runs.lock(id, LOCK_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        return _under_lock(engine, id, at_work)


def _impossible(snapshot: Snapshot, id: SpecId, record: RunRecord | None) -> Refusal | None:
    status = snapshot.status(id) or Status.PENDING
    run = snapshot.run(id)
    if record and run and run.merged and status is Status.COMPLETED:
        return Refusal(
            f"{id} is merged: its work is part of {record.base_branch}",
            f"`chant reset {id}` makes it pending again",
        )
    moved = move(id, status, Event.CANCEL)
    return moved if isinstance(moved, Refusal) else None


def _merging(engine: Engine, id: SpecId, record: RunRecord | None) -> Refusal | None:
    """What somebody settles at this moment, or has settled in part, is not pulled away."""
    if record and record.state is RunState.MERGING and (refusal := busy(engine, record)):
        return refusal
    waits = merge_state.read(engine)
    if waits is None or waits.spec != id:
        return None
    return Refusal(
        f"{id}: its merge waits at a conflict in {waits.folder}",
        f"`chant merge --abort` takes it back, then `chant cancel {id}`",
    )


def _at_work(engine: Engine, record: RunRecord) -> bool:
    """Whether something runs that would have to be stopped; an agent can outlive its supervisor."""
    return is_orphaned(engine, record) or is_live(engine, record)


def _stopped(engine: Engine, record: RunRecord, request: CancelRequest) -> Refusal | None:
    if not request.confirmed:
        hint = f"`chant cancel {record.spec} -y` stops it"
        question = f"Stop the agent that works {record.spec}?"
        return Refusal(f"{record.spec} is being worked", hint, question=question)
    return stop(engine, record, "cancel") if is_live(engine, record) else None


def _under_lock(engine: Engine, id: SpecId, at_work: RunRecord | None) -> Cancelled | Refusal:
    """Decided anew: until we had the lock, the run could complete and merge."""
    snapshot, record = engine.load(), engine.runs.latest(id)
    file = existing(snapshot, id)
    if isinstance(file, Refusal):
        return file
    refusal = _too_late(record, at_work)
    if refusal is None and at_work is None:
        refusal = _impossible(snapshot, id, record) or _merging(engine, id, record)
    if refusal:
        return refusal
    notes = _closed(engine, record, file.facts.private) if record else ()
    fields = {"status": "cancelled"}
    done = decide(engine, file, "cancel", lambda t: specfile.with_fields(t, id, fields))
    if isinstance(done, Refusal):
        return done
    waiting = (d for d in snapshot.graph.dependents(id) if snapshot.status(d) == Status.PENDING)
    frees = tuple(sorted(waiting, key=natural_key))
    kept = record if record and record.state is not RunState.MERGED else None
    where = (kept.worktree, kept.branch) if kept else ("", "")
    return Cancelled(id, at_work is not None, frees, *where, (*notes, *done.notes))


def _too_late(record: RunRecord | None, at_work: RunRecord | None) -> Refusal | None:
    if record is None:
        return None
    id = record.spec
    if record.state is RunState.MERGING:
        return Refusal(f"{id}: its merge was interrupted", "`chant recover` ends it")
    if at_work is None or record.run != at_work.run:
        return None
    if record.state is RunState.MERGED:
        return Refusal(
            f"{id} had completed and was merged before it could be stopped",
            f"`chant reset {id}` makes it pending again",
        )
    if record.state is RunState.COMPLETED:
        return Refusal(
            f"{id} had completed before it could be stopped",
            f"`chant merge {id}` merges it, `chant cancel {id}` now drops it",
        )
    return None


def _closed(engine: Engine, record: RunRecord, private: bool) -> tuple[str, ...]:
    """No run of a cancelled spec goes on or is merged later. One whose supervisor died is ended
    here; what it left is committed on its branch."""
    if record.state not in LIVE_STATES:
        if record.wants_merge:
            engine.runs.write(replace(record, wants_merge=False))
        return ()
    return closed(engine, record, RunState.CANCELLED, private)
