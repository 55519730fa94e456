"""`chant.split`: an edit that the client applies."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from chant_ls.analysis.types import Change, CreateFile
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.lsp.verbs.guards import UNTRUSTED, Answer, unsaved
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer


async def split(ls: "ChantServer", project: Project, argument: wire.Split) -> Answer | Refusal:
    """An edit that the client applies. An agent thinks it out, in a thread; `research` needs none,
    starts nothing and is made of what the editor holds."""
    from chant_ls.analysis.actions.research import split_into_research

    id = SpecId(argument.spec)
    if argument.research:
        change = split_into_research(project.snapshot, id)
    elif not ls.client.trusted:
        return UNTRUSTED
    else:
        change = unsaved(project, id) or await _by_agent(ls, project, id)
    if isinstance(change, Refusal):
        return change
    refusal = await ls.apply(project, id, change)
    names = [one.path for one in change.files if isinstance(one, CreateFile)]
    return refusal or {"created": [PurePosixPath(name).stem for name in names]}


async def _by_agent(ls: "ChantServer", project: Project, id: SpecId) -> Change | Refusal:
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
