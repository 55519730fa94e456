"""`finalize`: what a person ended in the worktree of a run is judged and completed like a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chant_ls.engine import integrate
from chant_ls.engine.decisions import existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Finished
from chant_ls.engine.guards import Approved, Base
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.live import Live, Verdict
from chant_ls.engine.liveness import busy
from chant_ls.engine.meant import meant
from chant_ls.engine.ports import Ended
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.engine.run import close, judged
from chant_ls.engine.stops import StopToken
from chant_ls.engine.takeable import interrupted, worktree_gone
from chant_ls.model.config import Provider
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.document import parse


@dataclass(frozen=True, slots=True)
class FinalizeRequest:
    """`trusted`: the user agreed that the checks of this repository's choosing run (security.md).
    `merge`: merged at once."""

    id: str
    merge: bool = False
    skip_criteria: bool = False
    allow_no_commits: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Finalized:
    """`notes` say why it was not merged although asked."""

    id: SpecId
    branch: str
    merged: bool
    notes: tuple[str, ...] = ()


def finalize(engine: Engine, request: FinalizeRequest) -> Finalized | Refusal:
    """Refused, the spec stands as it stood; what its checks found is in the boxes of its copy."""
    this = meant(engine, request.id)
    if isinstance(this, Refusal):
        return this
    snapshot, id = this
    if not request.trusted:
        return Refusal(
            "the checks of this project may not run before you trust it",
            f"`chant finalize {id}` in a terminal",
        )
    refusal = _unfit(engine, id, snapshot.status(id) or Status.PENDING)
    if refusal:
        return refusal
    held = engine.runs.lock(id)
    if isinstance(held, Refusal):
        return held
    with held:
        record = engine.runs.latest(id)
        refusal = _unfit(engine, id, engine.load().status(id) or Status.PENDING)
        if refusal:
            return refusal
        assert record is not None, "what has no run is unfit"
        return _judged(engine, record, request)


def _unfit(engine: Engine, id: SpecId, status: Status) -> Refusal | None:
    record = engine.runs.latest(id)
    if record is None:
        return Refusal(f"{id} has no run to complete", f"`chant work {id}` starts one")
    at_work = busy(engine, record)
    if at_work:
        return replace(at_work, hint=f"`chant takeover {id}` stops its agent first")
    moved = interrupted(record) or move(id, status, Event.COMPLETE)
    return moved if isinstance(moved, Refusal) else worktree_gone(record)


def _judged(engine: Engine, record: RunRecord, request: FinalizeRequest) -> Finalized | Refusal:
    run = _live(engine, record, request)
    if isinstance(run, Refusal):
        return run
    with _restored_unless_completed(run, record):
        verdict = judged(run)
        if verdict.state is not RunState.COMPLETED:
            return _not_done(run, verdict)
        close(run, verdict)
    if request.merge:
        verdict = integrate.merge(run)
    run.emit(Finished(verdict.state.value, verdict.error, verdict.hint))
    notes = (f"not merged: {verdict.error}", verdict.hint) if verdict.error else ()
    merged = verdict.state is RunState.MERGED
    return Finalized(record.spec, record.branch, merged, tuple(filter(None, notes)))


@contextmanager
def _restored_unless_completed(run: Live, before: RunRecord) -> Iterator[None]:
    """Also where somebody interrupts us."""
    try:
        yield
    finally:
        if run.record.state is not RunState.COMPLETED:
            runs, now = run.engine.runs, run.engine.clock.now()
            size = runs.write_log(before.spec, f"{now} # not finalized\n")
            runs.write(replace(before, log_offset=size))


def _not_done(run: Live, verdict: Verdict) -> Refusal:
    id = run.record.spec
    hint = verdict.hint
    if verdict.state is RunState.NEEDS_ATTENTION and verdict.details:
        hint = (
            f"tick in {run.copy} what is met, then `chant finalize {id}` again, or "
            f"`chant finalize {id} --skip-criteria`"
        )
    elif not run.proven:
        hint = f"do it in {run.folder}, or `chant finalize {id} --allow-no-commits`"
    return Refusal(f"{id} is not done: {verdict.error}", hint, verdict.details)


def _live(engine: Engine, record: RunRecord, request: FinalizeRequest) -> Live | Refusal:
    """The run again, its agent seen to have ended well: a person says so."""
    snapshot = engine.load()
    file, data = existing(snapshot, record.spec), engine.runs.snapshot(record.run)
    if isinstance(file, Refusal):
        return file
    if data is None:
        return Refusal(f"the text that {record.run} worked is lost", f"`chant reset {record.spec}`")
    approved = Approved(
        record.spec,
        file,
        parse(data.decode("utf-8", errors="surrogateescape"), record.spec),
        data,
        Provider(record.provider),
        "",
        record.model,
        record.tracked,
        record.ignored,
        Base(record.base_branch, record.base_sha),
    )
    wishes = WorkRequest(
        (record.spec,),
        skip_criteria=request.skip_criteria,
        allow_no_commits=request.allow_no_commits,
        trusted=True,
    )
    mine = replace(record, supervisor=engine.processes.me(), agent=ProcessId(), error="")
    run = Live(engine, approved, wishes, snapshot, mine, StopToken(), lambda _: None)
    run.ended, run.stash = Ended(0, 0.0), engine.git.stash()
    return run
