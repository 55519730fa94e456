"""A merge in a process of its own, for callers that must not wait until an agent ends."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from chant_ls.analysis.resolve import Scope, the_id
from chant_ls.engine.agents import table
from chant_ls.engine.agents.table import Call
from chant_ls.engine.commands import WorkPlan, changed, plan_of
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import (
    AgentStarted,
    Entry,
    Finished,
    JobFinished,
    Merged,
    MergeRefused,
    RunEvent,
)
from chant_ls.engine.launching import keep_supervisor, launch, refused
from chant_ls.engine.operations.merge import MergeItem, MergeRequest, Outcome, merge
from chant_ls.engine.operations.work import UNTRUSTED
from chant_ls.engine.resolver import agent_for
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse

Say = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Begun:
    """`commit` where the merge is done already; else an agent settles a conflict of `run`."""

    job: str
    run: str = ""
    commit: str = ""


def begin(engine: Engine, request: MergeRequest) -> Begun | Refusal:
    """Returns when the merge is done or refused, or once an agent started."""
    if not request.trusted:
        return UNTRUSTED
    done = launch(engine, {"merge": asdict(request)})
    if isinstance(done, Refusal):
        return done
    return Begun(done.job, str(done.word.get("run", "")), str(done.word.get("commit", "")))


def rehearsed(engine: Engine, request: MergeRequest) -> WorkPlan | Refusal:
    """What an agent at a conflict would be, and the checks of its work: for the question of
    consent."""
    commands: list[str] = []
    for text in request.ids:
        id = the_id(engine.load(), text, Scope.ACTIVE)
        record = None if isinstance(id, Refusal) else engine.runs.latest(id)
        agent = agent_for(engine, record) if record else None
        if isinstance(id, Refusal):
            return id
        if agent and not isinstance(agent, Refusal):
            call = Call("{prompt}", "{prompt_file}", "{model}")
            document = parse("", id)
            commands.append(" ".join(table.argv(agent, engine.files, document, call)))
    commands += [f"verify: {command}" for command in engine.config.verify]
    return plan_of(tuple(map(SpecId, request.ids)), tuple(commands))


def supervised(engine: Engine, job: str, say: Say) -> int:
    """The exit code of `chant merge`; what happens goes to the journal of the job."""
    engine.processes.adopt_orphans()
    keep_supervisor(engine, job)
    request = _request((engine.runs.job(job) or {}).get("merge"))
    spec = _whole(engine, request.ids)
    record = engine.runs.latest(spec)
    run = record.run if record else ""

    def tell(event: RunEvent) -> None:
        _journal(engine, job, run, spec, event)
        if isinstance(event, AgentStarted):
            say({"ok": True, "run": run, "spec": spec})

    done = _others(engine, request) or merge(engine, request, tell)
    items = (_failed(spec, done),) if isinstance(done, Refusal) else done.items
    failed = [item.refusal for item in items if item.refusal]
    refusal, code = next(iter(failed), None), int(bool(failed))
    merged = [item for item in items if item.commit]
    for item in items:
        _ended(engine, job, run, item)
    _journal(engine, job, "", "", JobFinished(code, len(merged), len(failed)))
    commit = merged[-1].commit if merged else ""
    say(refused(refusal) if refusal else {"ok": True, "commit": commit})
    return code


def _others(engine: Engine, request: MergeRequest) -> Refusal | None:
    """Refuses where an agent would be another now than the one that the user was told."""
    now = rehearsed(engine, request) if request.told else None
    return (
        changed(request.ids[0])
        if isinstance(now, WorkPlan) and now.digest != request.told
        else None
    )


def _request(data: object) -> MergeRequest:
    known = dict(data) if isinstance(data, dict) else {}
    return MergeRequest(**{**known, "ids": tuple(known.get("ids", ()))})


def _whole(engine: Engine, ids: tuple[str, ...]) -> SpecId:
    """The first id as it stands in records; what names no spec is refused by the merge itself."""
    found = the_id(engine.load(), ids[0], Scope.ACTIVE) if ids else SpecId("")
    return SpecId(ids[0]) if isinstance(found, Refusal) else found


def _failed(spec: SpecId, refusal: Refusal) -> MergeItem:
    return MergeItem(spec, Outcome.FAILED, refusal=refusal)


def _ended(engine: Engine, job: str, run: str, item: MergeItem) -> None:
    if item.refusal:
        why, hint = item.refusal.message, item.refusal.hint
        _journal(engine, job, run, item.id, MergeRefused(why, hint))
        _journal(engine, job, run, item.id, Finished(RunState.COMPLETED, why, hint))
    else:
        _journal(engine, job, run, item.id, Merged(item.commit, item.undo))
        _journal(engine, job, run, item.id, Finished(RunState.MERGED))


def _journal(engine: Engine, job: str, run: str, spec: str, event: RunEvent) -> None:
    engine.runs.append(job, [Entry(event, engine.clock.now(), run, spec)])
