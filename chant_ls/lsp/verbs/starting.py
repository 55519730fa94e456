"""Verbs that start agents: each returns once the first one runs."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from chant_ls.analysis.markdown import clean
from chant_ls.analysis.readiness import readiness
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Blocked
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.lsp.verbs.guards import Answer, Conflict
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import Status

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer


async def work(ls: "ChantServer", project: Project, argument: wire.Work) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    ids = _with_dependencies(project, argument.spec) if argument.chain else (argument.spec,)
    request = WorkRequest(ids=ids, chain=argument.chain, merge=argument.merge, trusted=True)
    job = await started(ls, project, request)
    return job if isinstance(job, Refusal) else {"run": job.run}


def _with_dependencies(project: Project, id: str) -> tuple[str, ...]:
    """The unmet dependencies, those that others wait for first, then the spec itself."""
    order: dict[str, None] = {}
    path: list[tuple[str, bool]] = [(id, False)]
    seen: set[str] = set()
    while path:
        one, behind = path.pop()
        if behind:
            order[one] = None
        elif one not in seen:
            seen.add(one)
            path.append((one, True))
            path += [(waited, False) for waited in reversed(_workable(project.snapshot, one))]
    return tuple(order)


def _workable(snapshot: Snapshot, id: str) -> list[str]:
    """What the spec waits for that is pending itself."""
    state = readiness(snapshot, id)
    ids = [reason.id for reason in state.reasons] if isinstance(state, Blocked) else []
    return [one for one in ids if snapshot.status(one) is Status.PENDING]


async def work_ready(
    ls: "ChantServer", project: Project, argument: wire.WorkReady
) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    width = argument.maxParallel
    request = WorkRequest(parallel=True, width=width, labels=argument.labels, trusted=True)
    job = await started(ls, project, request)
    return job if isinstance(job, Refusal) else {"job": job.job, "specs": list(job.specs)}


async def started(ls: "ChantServer", project: Project, request: Any) -> Any:
    from chant_ls.engine.events import Note, RunEvent
    from chant_ls.engine.jobs import AllDone, Job
    from chant_ls.engine.operations.work import rehearsed, work
    from chant_ls.lsp.consent import asked

    plan = await asked(ls, project, request, rehearsed)
    if isinstance(plan, Refusal):
        return plan
    request = replace(request, told=plan.told)
    told: list[str] = []

    def tell(event: RunEvent) -> None:
        if isinstance(event, Note):
            told.append(event.text)

    job = await ls.in_engine(project, lambda engine, wish: work(engine, wish, tell), request)
    if isinstance(job, AllDone):
        told.append(str(job))
        job = Job("", job.specs)
    elif not isinstance(job, Refusal):
        ls.runs.follow(project, job.job)
    for text in told:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, clean(text)))
    return job


async def resume(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    request = WorkRequest(ids=(argument.spec,), resume=True, trusted=True)
    job = await started(ls, project, request)
    return job if isinstance(job, Refusal) else {"run": job.run}


async def merge(
    ls: "ChantServer", project: Project, argument: wire.Merge
) -> Answer | Refusal | Conflict:
    """In a process of its own, which ends what it began though the editor is closed meanwhile.
    Where an agent has to settle a conflict, nobody waits for its end."""
    from chant_ls.engine.operations.merge import MergeRequest
    from chant_ls.engine.operations.merge_job import begin, rehearsed
    from chant_ls.lsp.consent import asked

    wish = MergeRequest((argument.spec,), rebase=argument.rebase, auto=argument.auto, trusted=True)
    if argument.auto:
        plan = await asked(ls, project, wish, rehearsed)
        if isinstance(plan, Refusal):
            return plan
        wish = replace(wish, told=plan.digest)
    begun = await ls.in_engine(project, begin, wish)
    if isinstance(begun, Refusal):
        return await _conflict(ls, project, argument.spec, begun) or begun
    if argument.auto:
        ls.runs.follow(project, begun.job)
    return {"run": begun.run} if begun.run else {"commit": begun.commit}


async def _conflict(
    ls: "ChantServer", project: Project, id: str, refusal: Refusal
) -> Conflict | None:
    """What waits to be settled, where the merge met that."""
    from chant_ls.engine import merge_state

    state = await ls.in_engine(project, lambda engine, _: merge_state.read(engine), None)
    if state is None or state.spec != id or not state.paths:
        return None
    return Conflict(refusal, state.paths, state.folder)
