"""`cancel`: stop the work, keep its branch and worktree, say so in the spec's file."""

from dataclasses import dataclass

from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine import guards, specfile
from chant_ls.engine.decisions import decide, existing, is_live
from chant_ls.engine.engine import Engine
from chant_ls.engine.records import RunRecord
from chant_ls.engine.stopping import stop
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import Status, natural_key

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
    worker = guards.role(engine)
    if worker:
        return worker
    snapshot = engine.load()
    id = guards.find(snapshot, request.id, Scope.ACTIVE, snapshot.today)
    if isinstance(id, Refusal):
        return id
    file = existing(snapshot, id)
    if isinstance(file, Refusal):
        return file
    status = snapshot.status(id) or Status.PENDING
    moved = move(id, status, Event.CANCEL)
    if isinstance(moved, Refusal):
        return moved
    record = engine.runs.latest(id)
    live = is_live(engine, record)
    if record and live:
        refusal = _stopped(engine, record, request)
        if refusal:
            return refusal
    return _written(engine, snapshot, file, record, live)


def _stopped(engine: Engine, record: RunRecord, request: CancelRequest) -> Refusal | None:
    if not request.confirmed:
        hint = f"`chant cancel {record.spec} -y` stops it"
        return Refusal(f"{record.spec} is being worked", hint)
    return stop(engine, record, "cancel")


def _written(
    engine: Engine, snapshot: Snapshot, file: SpecFile, record: RunRecord | None, live: bool
) -> Cancelled | Refusal:
    id = file.facts.id
    held = engine.runs.lock(id, LOCK_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        fields = {"status": "cancelled"}
        done = decide(engine, file, "cancel", lambda t: specfile.with_fields(t, id, fields))
    if isinstance(done, Refusal):
        return done
    waiting = (d for d in snapshot.graph.dependents(id) if snapshot.status(d) == Status.PENDING)
    frees = tuple(sorted(waiting, key=natural_key))
    kept = record if record and record.state is not RunState.MERGED else None
    where = (kept.worktree, kept.branch) if kept else ("", "")
    return Cancelled(id, live, frees, *where, done.notes)
