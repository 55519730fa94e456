"""`work`: guards here, before any effect; then a detached supervisor does the rest."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chant_ls.analysis.readiness import is_ready
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards, scheduler
from chant_ls.engine.agents import table
from chant_ls.engine.agents.table import Call
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, JobFinished, Note, Tell, quiet
from chant_ls.engine.guards import Approved, Base
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
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import FINISHED, SpecId

_STEP = 0.05
UNTRUSTED = Refusal(
    "this project is not trusted: its agents and checks would run commands of its choosing",
    "trust the workspace in your editor, or run `chant work` in a terminal",
)


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What would run, for the question of consent. `digest` changes when any command does.
    `by_spec` are the commands of each, those that `specs` share among them; `first` what runs that
    were interrupted make necessary before, in words."""

    specs: tuple[SpecId, ...]
    commands: tuple[str, ...]
    digest: str
    by_spec: tuple[tuple[SpecId, tuple[str, ...]], ...] = ()
    first: tuple[str, ...] = ()


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
    ids = () if isinstance(made, AllDone) else made.ids
    return replace(_told(engine, snapshot, ids), first=first)


def _told(engine: Engine, snapshot: Snapshot, ids: tuple[SpecId, ...]) -> WorkPlan:
    by_spec = tuple((id, tuple(_commands(engine, snapshot, id))) for id in ids)
    commands = dict.fromkeys(command for _, own in by_spec for command in own)
    if ids:
        commands.update(dict.fromkeys(f"verify: {command}" for command in engine.config.verify))
    return replace(plan_of(ids, tuple(commands)), by_spec=by_spec)


def plan_of(ids: tuple[SpecId, ...], commands: tuple[str, ...]) -> WorkPlan:
    digest = hashlib.sha256("\0".join(sorted(commands)).encode(errors="replace")).hexdigest()
    return WorkPlan(ids, commands, digest)


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
    if begin:
        begin(_told(engine, snapshot, made.ids))
    return _launch(engine, made, request)


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
    """All guards that look at specs. How those in `unknown` stand is not known yet."""
    made = _plan(engine, snapshot, request)
    if not isinstance(made, scheduler.Plan):
        return made
    return _first_refusal(engine, snapshot, made, request, base, unknown) or made


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
    return sum(provider.slots for provider in engine.config.providers.values())


def _first_refusal(
    engine: Engine,
    snapshot: Snapshot,
    made: scheduler.Plan,
    request: WorkRequest,
    base: Base,
    unknown: frozenset[SpecId],
) -> Refusal | None:
    """One spec must be fit to start now. Of several, each must be fit but for what it waits for."""
    waits = made.batch or not unknown.isdisjoint(made.ids)
    ask = guards.runnable if waits else guards.approve
    open_ones = (i for i in made.ids if not made.batch or snapshot.status(i) not in FINISHED)
    answers = (ask(engine, snapshot, id, request, base) for id in open_ones)
    return next((answer for answer in answers if isinstance(answer, Refusal)), None)


def _launch(engine: Engine, made: scheduler.Plan, request: WorkRequest) -> Job | Refusal:
    kept = replace(request, ids=request.ids and tuple(made.ids))
    data = {"request": kept.to_json(), "batch": made.batch, "width": made.width}
    done = launch(engine, data)
    if isinstance(done, Refusal):
        return done
    return Job(done.job, made.ids, str(done.word.get("run", "")))


def _commands(engine: Engine, snapshot: Snapshot, id: SpecId) -> Iterator[str]:
    approved = guards.runnable(engine, snapshot, id, WorkRequest(), Base("", ""))
    if not isinstance(approved, Approved):
        return
    call = Call("{prompt}", "{prompt_file}", approved.model)
    argv = table.argv(approved.provider, engine.files, approved.document, call)
    if approved.provider.name == table.SHELL and not approved.provider.command:
        yield from (f"sh: {block.strip()}" for block in table.shell_blocks(approved.document))
    else:
        yield " ".join(argv)
    for criterion in approved.document.body.criteria:
        if criterion.check:
            yield f"check: {criterion.check}"
