"""Verbs that end at once: what is to become of a spec, a new one, what was done."""

from typing import TYPE_CHECKING

from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.lsp.verbs import splitting
from chant_ls.lsp.verbs.guards import Answer
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer


async def add(ls: "ChantServer", project: Project, argument: wire.Add) -> Answer | Refusal:
    from chant_ls.engine.operations.add import AddRequest, add

    request = AddRequest(argument.title, argument.type, argument.labels)
    added = await ls.in_engine(project, add, request)
    if isinstance(added, Refusal):
        return added
    return {"id": added.id, "path": added.path, "root": project.folder.uri, "note": added.note}


async def cancel(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    """What an agent is about to divide is not divided; else the spec itself is cancelled."""
    from chant_ls.engine.operations.cancel import CancelRequest, cancel

    if await splitting.stopped(ls, project, SpecId(argument.spec)):
        return {"frees": []}
    done = await ls.in_engine(project, cancel, CancelRequest(argument.spec, confirmed=True))
    return done if isinstance(done, Refusal) else {"frees": list(done.frees)}


async def reset(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    from chant_ls.engine.operations.reset import ResetRequest, reset

    done = await ls.in_engine(project, reset, ResetRequest(argument.spec, confirmed=True))
    return done if isinstance(done, Refusal) else {"kept": done.kept}


async def approve(ls: "ChantServer", project: Project, argument: wire.Approve) -> Answer | Refusal:
    return await _decide(ls, project, argument, True)


async def reject(ls: "ChantServer", project: Project, argument: wire.Approve) -> Answer | Refusal:
    return await _decide(ls, project, argument, False)


async def _decide(
    ls: "ChantServer", project: Project, argument: wire.Approve, approved: bool
) -> Answer | Refusal:
    from chant_ls.engine.operations.approve import ApproveRequest, approve

    request = ApproveRequest(argument.spec, argument.by, approved, argument.reason)
    done = await ls.in_engine(project, approve, request)
    return done if isinstance(done, Refusal) else {}


async def log(ls: "ChantServer", project: Project, argument: wire.Log) -> Answer | Refusal:
    from chant_ls.engine.operations.log import LogRequest, log

    told = await ls.in_engine(project, log, LogRequest(argument.spec, argument.lines))
    if isinstance(told, Refusal):
        return told
    ls.show_document(told.path)
    return {"text": told.text, "run": told.run}


async def graph(ls: "ChantServer", project: Project, argument: wire.Graph) -> Answer | Refusal:
    from chant_ls.analysis.dag import Format, dag

    if argument.format not in set(Format):
        return Refusal(f"{argument.format!r} is no format", f"one of {', '.join(Format)}")
    return {"text": dag(project.snapshot, Format(argument.format))}
