"""`work`: guards here, before any effect; then a detached supervisor does the rest."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from chant_ls.analysis.readiness import is_ready
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards, scheduler
from chant_ls.engine.commands import WorkPlan, differing, plan_for
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, JobFinished, Note, Tell, quiet
from chant_ls.engine.guards import Base
from chant_ls.engine.jobs import AllDone, Job, WorkRequest
from chant_ls.engine.launching import launch
from chant_ls.engine.operations.recover import (
    Recovered,
    RecoverRequest,
    interrupted,
    recover,
)
from chant_ls.engine.ports import REPO_WAIT
from chant_ls.engine.records import ProcessId
from chant_ls.model.config import DEFAULT_SLOTS
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import FINISHED, SpecId

_STEP = 0.05
UNTRUSTED = Refusal(
    "this project is not trusted: its agents and checks would run commands of its choosing",
    "trust the workspace in your editor, or run `chant work` in a terminal",
)


Begin = Callable[[WorkPlan], None]
"""Hears what is about to run, before any of it does."""


def rehearsed(engine: Engine, request: WorkRequest) -> WorkPlan | Refusal:
    """Argv of the agents, checks in criteria and `shell` blocks that this request would run; or
    what `work` would refuse. Changes nothing: whether a run that was interrupted lets its spec
    start is known once it was recovered."""
    base = _fit(engine, request)
    if isinstance(base, Refusal):
        return base
    known = recover(engine, RecoverRequest(dry_run=True))
    first = known.actions if isinstance(known, Recovered) else ()
    dead = frozenset(record.spec for record in interrupted(engine))
    snapshot = engine.load()
    made = _guarded(engine, snapshot, request, base, dead)
    if isinstance(made, Refusal):
        return made
    ids, left_out = ((), ()) if isinstance(made, AllDone) else (made.ids, made.left_out)
    planned = plan_for(engine, snapshot, ids, request)
    return replace(planned, first=first, left_out=left_out)


def work(
    engine: Engine, request: WorkRequest, tell: Tell = quiet, begin: Begin | None = None
) -> Job | AllDone | Refusal:
    """Returns once the first agent started, or with the refusal. Never waits for an agent. What
    earlier runs made necessary first is told; `begin` hears what will run before it does."""
    base = _fit(engine, request)
    if isinstance(base, Refusal):
        return base
    refusal = _recovered(engine, tell)
    if refusal:
        return refusal
    snapshot = engine.load()
    made = _guarded(engine, snapshot, request, base)
    if isinstance(made, Refusal | AllDone):
        return made
    planned = plan_for(engine, snapshot, made.ids, request)
    refusal = differing(planned.told, request)
    if refusal:
        return refusal
    if begin:
        begin(replace(planned, left_out=made.left_out))
    return _launch(engine, made, replace(request, told=planned.told))


def _fit(engine: Engine, request: WorkRequest) -> Base | Refusal:
    if not request.trusted:
        return UNTRUSTED
    wrong = request.contradiction
    return Refusal(wrong, "`chant work --help`") if wrong else guards.machine(engine)


def _recovered(engine: Engine, tell: Tell) -> Refusal | None:
    """What earlier runs left is put right. Where no run was interrupted, whoever holds the
    repository's lock is alive and does it."""
    broken = bool(interrupted(engine))
    done = recover(engine, RecoverRequest(), REPO_WAIT if broken else 0)
    for line in done.actions if isinstance(done, Recovered) else ():
        tell(Note(line))
    return done if broken and isinstance(done, Refusal) else None


def _guarded(
    engine: Engine,
    snapshot: Snapshot,
    request: WorkRequest,
    base: Base,
    unknown: frozenset[SpecId] = frozenset(),
) -> scheduler.Plan | AllDone | Refusal:
    """All guards that look at specs. How those in `unknown` stand is not known yet. One spec must
    be fit to start now; of several, each must be fit but for what it waits for."""
    made = _plan(engine, snapshot, request)
    if not isinstance(made, scheduler.Plan):
        return made
    waits = made.batch or not unknown.isdisjoint(made.ids)
    ask = guards.runnable if waits else guards.approve
    open_ones = (i for i in made.ids if not made.batch or snapshot.status(i) not in FINISHED)
    answers = ((id, ask(engine, snapshot, id, request, base)) for id in open_ones)
    unfit = ((id, no) for id, no in answers if isinstance(no, Refusal))
    if request.ids:
        return next((no for _, no in unfit), None) or made
    return _without(made, dict(unfit))


def _without(made: scheduler.Plan, unfit: Mapping[SpecId, Refusal]) -> scheduler.Plan | Refusal:
    """Of specs that nobody named those that cannot run are left out, as long as others can."""
    ids = tuple(id for id in made.ids if id not in unfit)
    left_out = tuple((id, no.message) for id, no in unfit.items())
    return replace(made, ids=ids, left_out=left_out) if ids else next(iter(unfit.values()))


def attach(engine: Engine, job: str, offset: int = 0) -> Iterator[Entry | None]:
    """Follows the journal of a job from a byte offset to its end. Yields None while nothing new
    has come, so that the caller can do other things; ends when the job ended or its supervisor
    died."""
    while True:
        alive = engine.processes.alive(supervisor_of(engine, job))
        entries, offset = engine.runs.entries(job, offset)
        for entry in entries:
            yield entry
            if isinstance(entry.event, JobFinished):
                return
        if not entries and not alive:
            return
        if not entries:
            yield None
            time.sleep(_STEP)


def supervisor_of(engine: Engine, job: str) -> ProcessId:
    """The process of a job's supervisor; falsy when it never began."""
    told = (engine.runs.job(f"{job}.pid") or {}).get("supervisor")
    return ProcessId(**told) if isinstance(told, dict) else ProcessId()


def live_jobs(engine: Engine) -> tuple[str, ...]:
    """Jobs whose supervisor still runs: what a restarted server attaches to."""
    jobs = engine.runs.jobs()
    return tuple(job for job in jobs if engine.processes.alive(supervisor_of(engine, job)))


def interrupt(engine: Engine, job: str, name: str = "INT") -> bool:
    """What Ctrl+C does: once, nothing more is started; again, or with TERM, what runs is paused."""
    return engine.processes.signal(supervisor_of(engine, job), name)


def _plan(
    engine: Engine, snapshot: Snapshot, request: WorkRequest
) -> scheduler.Plan | AllDone | Refusal:
    made = scheduler.plan(snapshot, request, _slots(engine))
    if not isinstance(made, scheduler.Plan) or request.ids or made.batch is False:
        return made
    if any(is_ready(snapshot, id) for id in made.ids):
        return made
    return Refusal("nothing is ready to be worked", "`chant list` shows what blocks the rest")


def _slots(engine: Engine) -> int:
    return sum(each.slots or DEFAULT_SLOTS for each in engine.config.providers.values())


def _launch(engine: Engine, made: scheduler.Plan, request: WorkRequest) -> Job | Refusal:
    data = {
        "request": replace(request, ids=made.ids).to_json(),
        "batch": made.batch,
        "width": made.width,
        "left_out": made.left_out,
    }
    done = launch(engine, data)
    if isinstance(done, Refusal):
        return done
    return Job(done.job, made.ids, str(done.word.get("run", "")))
