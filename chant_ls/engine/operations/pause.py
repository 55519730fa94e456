"""`pause`: stop the agent and keep everything, to be resumed."""

from dataclasses import dataclass

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import busy, is_live, is_orphaned
from chant_ls.engine.meant import meant
from chant_ls.engine.records import RunRecord
from chant_ls.engine.stopping import closed, stop
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState


@dataclass(frozen=True, slots=True)
class Paused:
    """Where its work is kept; `notes` are sentences for the user."""

    id: str
    worktree: str
    branch: str
    notes: tuple[str, ...] = ()


def pause(engine: Engine, id: str) -> Paused | Refusal:
    """Returns when the agent and all its processes have ended."""
    this = meant(engine, id)
    if isinstance(this, Refusal):
        return this
    snapshot, found = this
    record = engine.runs.latest(found)
    if record and record.state is not RunState.MERGING:
        if is_live(engine, record):
            return _stopped(engine, record)
        if is_orphaned(engine, record):
            return _orphan(engine, snapshot, record)
    unasked = Refusal(f"{found} is not being worked", f"`chant show {found}` tells how it stands")
    return busy(engine, record) or unasked


def _stopped(engine: Engine, record: RunRecord) -> Paused | Refusal:
    refusal = stop(engine, record, "pause")
    if refusal:
        return refusal
    ended = engine.runs.read(record.run) or record
    if ended.state is not RunState.PAUSED:
        word = ended.state.replace("_", " ")
        why = f"{record.spec} ended meanwhile: it is {word}"
        return Refusal(why, f"`chant show {record.spec}`")
    return Paused(record.spec, ended.worktree, ended.branch)


def _orphan(engine: Engine, snapshot: Snapshot, record: RunRecord) -> Paused | Refusal:
    """Its supervisor was killed, its agent goes on: nobody else would end it."""
    held = engine.runs.lock(record.spec)
    if isinstance(held, Refusal):
        return held
    with held:
        now = engine.runs.read(record.run)
        if now is None or not is_orphaned(engine, now):
            return Refusal(f"{record.spec} ended meanwhile", f"`chant show {record.spec}`")
        facts = snapshot.facts(record.spec)
        private = facts is not None and facts.private
        notes = closed(engine, record, RunState.PAUSED, private)
        return Paused(record.spec, record.worktree, record.branch, notes)
