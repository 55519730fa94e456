"""`chant.split`: an edit that the client applies."""

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.analysis.types import Change, CreateFile
from chant_ls.lsp import wire
from chant_ls.lsp.progress import words
from chant_ls.lsp.project import Project
from chant_ls.lsp.runs import title_of
from chant_ls.lsp.verbs.guards import Answer
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer


async def split(ls: "ChantServer", project: Project, argument: wire.Split) -> Answer | Refusal:
    """`research` starts nothing, and is made of what the editor holds. An agent thinks beside: its
    members are applied when it is done."""
    from chant_ls.analysis.actions.research import split_into_research

    id = SpecId(argument.spec)
    if not argument.research:
        return await _by_agent(ls, project, id)
    change = split_into_research(project.snapshot, id)
    if isinstance(change, Refusal):
        return change
    return await ls.apply(project, id, change) or {"created": _created(change)}


def _created(change: Change) -> list[str]:
    names = [one.path for one in change.files if isinstance(one, CreateFile)]
    return [PurePosixPath(name).stem for name in names]


async def _by_agent(ls: "ChantServer", project: Project, id: SpecId) -> Answer | Refusal:
    from chant_ls.engine.operations.split import SplitRequest, rehearsed
    from chant_ls.engine.operations.split_job import begin
    from chant_ls.lsp.consent import asked

    request = SplitRequest(id, trusted=True)
    plan = await asked(ls, project, request, rehearsed)
    if isinstance(plan, Refusal):
        return plan
    job = await ls.in_engine(project, begin, replace(request, told=plan.digest))
    if isinstance(job, Refusal):
        return job
    ls.splits[project, id] = job
    ls.spawn(_seen_through(ls, project, id, job))
    return {"run": job, "created": []}


async def _seen_through(ls: "ChantServer", project: Project, id: SpecId, job: str) -> None:
    """Its progress, then its edit; what became of it is the last that the progress says."""
    progress = ls.runs.progress(job, f"Split {title_of(project, id)}", partial(_stop, project, job))
    async for entry in ls.runs.heard(project, job):
        if progress:
            progress.report(words(entry))
    del ls.splits[project, id]
    done = await _applied(ls, project, id, job)
    if isinstance(done, Refusal):
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(done)))
    said = done.message if isinstance(done, Refusal) else f"split into {len(done)} members"
    ls.runs.ended(job, said)


async def _applied(
    ls: "ChantServer", project: Project, id: SpecId, job: str
) -> list[str] | Refusal:
    """The members made. Refused where the editor holds another text than the agent read."""
    from chant_ls.analysis.actions.splitting import split_into_members
    from chant_ls.engine.operations.split_job import digest_of, proposal

    thought = await ls.in_engine(project, proposal, job)
    if isinstance(thought, Refusal):
        return thought
    now = project.snapshot.find(id)
    if now is None or digest_of(now.text) != thought.digest:
        return Refusal(f"{id} was changed while the agent was thinking", "split it again")
    change = split_into_members(project.snapshot, id, thought.parts)
    if isinstance(change, Refusal):
        return change
    return await ls.apply(project, id, change) or _created(change)


async def stopped(ls: "ChantServer", project: Project, id: SpecId) -> bool:
    """Whether an agent was about to divide this spec; it is told to stop."""
    job = ls.splits.get((project, id))
    if job:
        await ls.pools.verb(_stop, project, job)
    return job is not None


def _stop(project: Project, job: str) -> None:
    from chant_ls.engine.operations.split_job import stop

    stop(project.app.engine, job)
