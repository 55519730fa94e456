"""`work`: guards here, before any effect; then a detached supervisor does the rest."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chant_ls.analysis.readiness import is_ready
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards, scheduler
from chant_ls.engine.agents import table
from chant_ls.engine.agents.table import Call
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, JobFinished
from chant_ls.engine.guards import Approved, Base
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.launching import launch
from chant_ls.engine.operations.recover import RecoverRequest, interrupted, put_right, recover
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
    `by_spec` are the commands of each, those that `specs` share among them."""

    specs: tuple[SpecId, ...]
    commands: tuple[str, ...]
    digest: str
    by_spec: tuple[tuple[SpecId, tuple[str, ...]], ...] = ()


def plan(engine: Engine, request: WorkRequest) -> WorkPlan | Refusal:
    """Argv of the agents, checks in criteria and `shell` blocks that this request would run."""
    snapshot = engine.load()
    made = _plan(engine, snapshot, request)
    return made if isinstance(made, Refusal) else _told(engine, snapshot, made)


def rehearsed(engine: Engine, request: WorkRequest) -> WorkPlan | Refusal:
    """As `plan`, but refuses all that `work` would: nobody is asked about what cannot start."""
    made = _guarded(engine, request)
    return made if isinstance(made, Refusal) else _told(engine, engine.load(), made)


def _told(engine: Engine, snapshot: Snapshot, made: scheduler.Plan) -> WorkPlan:
    by_spec = tuple((id, tuple(_commands(engine, snapshot, id))) for id in made.ids)
    commands = dict.fromkeys(command for _, own in by_spec for command in own)
    commands.update(dict.fromkeys(f"verify: {command}" for command in engine.config.verify))
    return replace(plan_of(made.ids, tuple(commands)), by_spec=by_spec)


def plan_of(ids: tuple[SpecId, ...], commands: tuple[str, ...]) -> WorkPlan:
    digest = hashlib.sha256("\0".join(sorted(commands)).encode(errors="replace")).hexdigest()
    return WorkPlan(ids, commands, digest)


def work(engine: Engine, request: WorkRequest) -> Job | Refusal:
    """Returns once the first agent started, or with the refusal. Never waits for an agent."""
    made = _guarded(engine, request)
    return made if isinstance(made, Refusal) else _launch(engine, made, request)


def _guarded(engine: Engine, request: WorkRequest) -> scheduler.Plan | Refusal:
    """All guards. The one effect: runs that were interrupted are recorded as such."""
    if not request.trusted:
        return UNTRUSTED
    base = guards.machine(engine)
    if isinstance(base, Refusal):
        return base
    if interrupted(engine):
        recover(engine, RecoverRequest())
    else:
        put_right(engine, wait=0)  # whoever holds the lock now is alive and does it
    snapshot = engine.load()
    made = _plan(engine, snapshot, request)
    if isinstance(made, Refusal):
        return made
    refusal = _first_refusal(engine, snapshot, made, request, base)
    return refusal or made


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


def _plan(engine: Engine, snapshot: Snapshot, request: WorkRequest) -> scheduler.Plan | Refusal:
    made = scheduler.plan(snapshot, request, _slots(engine))
    if isinstance(made, Refusal) or request.ids or made.batch is False:
        return made
    if any(is_ready(snapshot, id) for id in made.ids):
        return made
    return Refusal("nothing is ready to be worked", "`chant list` shows what blocks the rest")


def _slots(engine: Engine) -> int:
    return sum(provider.slots for provider in engine.config.providers.values())


def _first_refusal(
    engine: Engine, snapshot: Snapshot, made: scheduler.Plan, request: WorkRequest, base: Base
) -> Refusal | None:
    """One spec must be fit to start now. Of several, each must be fit but for what it waits for."""
    ask = guards.runnable if made.batch else guards.approve
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
