"""What the commands do: guards of the server, then the engine's operation in a thread."""

from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from chant_ls.analysis.readiness import readiness
from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ambiguous, Blocked, Change, CreateFile, Resolved
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

Answer = dict[str, Any]
Verb = Callable[["ChantServer", Project, Any], Awaitable[Answer | Refusal]]

UNTRUSTED = Refusal(
    "this workspace is not trusted, so nothing of it may be started",
    "trust it: `:ChantTrust` in Neovim, `Workspaces: Manage Workspace Trust` in VS Code, the"
    " initialization option `trusted` elsewhere; or use `chant` in a terminal",
)
NO_PROJECT = Refusal("no project is open: there is no `.chant` folder here", "`chant init`")


async def run(ls: "ChantServer", command: str, argument: Any) -> Answer | Refusal:
    """All guards that need no engine come first; nothing is imported or started before them."""
    if command in wire.STARTS_PROCESSES and not ls.client.trusted:
        return UNTRUSTED
    place = _place(ls, argument)
    if isinstance(place, Refusal):
        return place
    project, argument = place
    if command in wire.NEEDS_SAVED and (refusal := _unsaved(project, argument.spec)):
        return refusal
    result = await VERBS[command](ls, project, argument)
    ls.look_now()
    return result


def _place(ls: "ChantServer", argument: Any) -> tuple[Project, Any] | Refusal:
    """The project that the argument means, and the argument with its id whole."""
    projects = ls.session.asked(argument.root)
    if not projects:
        return NO_PROJECT
    if not hasattr(argument, "spec"):
        return projects[0], argument
    refusal: Refusal | None = None
    for project in projects:
        found = _resolved(project, argument.spec)
        if not isinstance(found, Refusal):
            return project, wire.with_spec(argument, found)
        refusal = refusal or found
    return refusal or NO_PROJECT


def _resolved(project: Project, text: str) -> SpecId | Refusal:
    found = resolve(project.snapshot, text, Scope.ALL, project.snapshot.today)
    if isinstance(found, Resolved):
        return found.id
    if isinstance(found, Ambiguous):
        return Refusal(f"{text!r} could mean several specs: {', '.join(found.candidates)}")
    near = f"did you mean {', '.join(found.nearest)}?" if found.nearest else "`chant list --all`"
    return Refusal(f"there is no spec {text!r}", near)


def _unsaved(project: Project, id: SpecId) -> Refusal | None:
    file = project.snapshot.find(id)
    if file is None or not project.unsaved(file.path):
        return None
    return Refusal(f"{id} has changes that are not saved", "save the file, then try again")


async def _add(ls: "ChantServer", project: Project, argument: wire.Add) -> Answer | Refusal:
    from chant_ls.engine.operations.add import AddRequest, add

    request = AddRequest(argument.title, argument.type, argument.labels)
    added = await ls.in_engine(project, add, request)
    if isinstance(added, Refusal):
        return added
    return {"id": added.id, "path": added.path, "root": project.folder.uri, "note": added.note}


async def _work(ls: "ChantServer", project: Project, argument: wire.Work) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    ids = _with_dependencies(project, argument.spec) if argument.chain else (argument.spec,)
    request = WorkRequest(ids=ids, chain=argument.chain, merge=argument.merge, trusted=True)
    job = await _started(ls, project, request)
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


async def _work_ready(
    ls: "ChantServer", project: Project, argument: wire.WorkReady
) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    width = argument.maxParallel
    request = WorkRequest(parallel=True, width=width, labels=argument.labels, trusted=True)
    job = await _started(ls, project, request)
    return job if isinstance(job, Refusal) else {"job": job.job, "specs": list(job.specs)}


async def _started(ls: "ChantServer", project: Project, request: Any) -> Any:
    from chant_ls.engine.operations.work import rehearsed, work
    from chant_ls.lsp.consent import asked

    if refusal := await asked(ls, project, request, rehearsed):
        return refusal
    job = await ls.in_engine(project, work, request)
    if not isinstance(job, Refusal):
        ls.runs.follow(project, job.job)
    return job


async def _resume(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    from chant_ls.engine.jobs import WorkRequest

    request = WorkRequest(ids=(argument.spec,), resume=True, trusted=True)
    job = await _started(ls, project, request)
    return job if isinstance(job, Refusal) else {"run": job.run}


async def _merge(ls: "ChantServer", project: Project, argument: wire.Merge) -> Answer | Refusal:
    from chant_ls.engine.operations.merge import MergeRequest, merge

    wish = MergeRequest((argument.spec,), rebase=argument.rebase, auto=argument.auto, trusted=True)
    if argument.auto:
        return await _merge_beside(ls, project, wish)
    done = await ls.in_engine(project, merge, wish)
    if isinstance(done, Refusal):
        return done
    refusal = next((item.refusal for item in done.items if item.refusal), None)
    commits = [item.commit for item in done.items if item.commit]
    return refusal or {"commit": commits[-1] if commits else ""}


async def _merge_beside(ls: "ChantServer", project: Project, wish: Any) -> Answer | Refusal:
    """An agent may have to settle a conflict: nobody waits for its end."""
    from chant_ls.engine.operations.merge_job import begin, rehearsed
    from chant_ls.lsp.consent import asked

    if refusal := await asked(ls, project, wish, rehearsed):
        return refusal
    begun = await ls.in_engine(project, begin, wish)
    if isinstance(begun, Refusal):
        return begun
    ls.runs.follow(project, begun.job)
    return {"commit": begun.commit} if begun.commit else {"run": begun.run}


async def _cancel(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    from chant_ls.engine.operations.cancel import CancelRequest, cancel

    done = await ls.in_engine(project, cancel, CancelRequest(argument.spec, confirmed=True))
    return done if isinstance(done, Refusal) else {"frees": list(done.frees)}


async def _reset(ls: "ChantServer", project: Project, argument: wire.Spec) -> Answer | Refusal:
    from chant_ls.engine.operations.reset import ResetRequest, reset

    done = await ls.in_engine(project, reset, ResetRequest(argument.spec, confirmed=True))
    return done if isinstance(done, Refusal) else {"kept": done.kept}


async def _approve(ls: "ChantServer", project: Project, argument: wire.Approve) -> Answer | Refusal:
    return await _decide(ls, project, argument, True)


async def _reject(ls: "ChantServer", project: Project, argument: wire.Approve) -> Answer | Refusal:
    return await _decide(ls, project, argument, False)


async def _decide(
    ls: "ChantServer", project: Project, argument: wire.Approve, approved: bool
) -> Answer | Refusal:
    from chant_ls.engine.operations.approve import ApproveRequest, approve

    request = ApproveRequest(argument.spec, argument.by, approved, argument.reason)
    done = await ls.in_engine(project, approve, request)
    return done if isinstance(done, Refusal) else {}


async def _log(ls: "ChantServer", project: Project, argument: wire.Log) -> Answer | Refusal:
    from chant_ls.engine.operations.log import LogRequest, log

    told = await ls.in_engine(project, log, LogRequest(argument.spec, argument.lines))
    if isinstance(told, Refusal):
        return told
    ls.show_document(told.path)
    return {"text": told.text, "run": told.run}


async def _split(ls: "ChantServer", project: Project, argument: wire.Split) -> Answer | Refusal:
    """An edit that the client applies. An agent thinks it out, in a thread; `research` needs none,
    starts nothing and is made of what the editor holds."""
    from chant_ls.analysis.actions.research import split_into_research

    id = SpecId(argument.spec)
    if argument.research:
        change = split_into_research(project.snapshot, id)
    elif not ls.client.trusted:
        return UNTRUSTED
    else:
        change = _unsaved(project, id) or await _split_by_agent(ls, project, id)
    if isinstance(change, Refusal):
        return change
    refusal = await ls.apply(project, id, change)
    names = [one.path for one in change.files if isinstance(one, CreateFile)]
    return refusal or {"created": [PurePosixPath(name).stem for name in names]}


async def _split_by_agent(ls: "ChantServer", project: Project, id: SpecId) -> Change | Refusal:
    """Made for the text on disk: refused where the editor holds another one by now."""
    from chant_ls.engine.operations.split import SplitRequest, propose, rehearsed
    from chant_ls.lsp.consent import asked

    request = SplitRequest(id, trusted=True)
    if refusal := await asked(ls, project, request, rehearsed):
        return refusal
    split = await ls.in_engine(project, propose, request)
    if isinstance(split, Refusal):
        return split
    now = project.snapshot.find(id)
    if now is None or now.text != split.file.text:
        return Refusal(f"{id} was changed while the agent was thinking", "split it again")
    return split.change


async def _graph(ls: "ChantServer", project: Project, argument: wire.Graph) -> Answer | Refusal:
    from chant_ls.analysis.dag import Format, dag

    if argument.format not in set(Format):
        return Refusal(f"{argument.format!r} is no format", f"one of {', '.join(Format)}")
    return {"text": dag(project.snapshot, Format(argument.format))}


def listed(ls: "ChantServer", root: str) -> list[dict[str, object]]:
    """The list of contract section 2, of one project or of all."""
    from chant_ls.analysis.summary import spec_json

    return [
        {**spec_json(project.snapshot, id), "root": project.folder.uri}
        for project in ls.session.asked(root)
        for id in project.snapshot.graph.ids
    ]


VERBS: dict[str, Verb] = {
    "chant.add": _add,
    "chant.work": _work,
    "chant.workReady": _work_ready,
    "chant.resume": _resume,
    "chant.merge": _merge,
    "chant.cancel": _cancel,
    "chant.reset": _reset,
    "chant.approve": _approve,
    "chant.reject": _reject,
    "chant.log": _log,
    "chant.split": _split,
    "chant.graph": _graph,
}
