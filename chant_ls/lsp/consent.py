"""What the user must know, or agree to, before commands of a project's choosing run."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from chant_ls.lsp.project import Project
from chant_ls.lsp.verbs.guards import unsaved
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import FINISHED

if TYPE_CHECKING:
    from chant_ls.engine.commands import WorkPlan
    from chant_ls.engine.engine import Engine
    from chant_ls.lsp.server import ChantServer

T = TypeVar("T")

log = logging.getLogger(__name__)

RUN, LEAVE = "Run", "Don't run"
NOT_AGREED = Refusal(
    "nothing was started: you did not agree to the commands",
    f'try it again and choose "{RUN}", or use `chant work` in a terminal',
)
_MOST, _WIDEST = 12, 200
"""Lines, and characters of a line, that a question shows."""


async def asked(
    ls: "ChantServer",
    project: Project,
    request: T,
    rehearsed: "Callable[[Engine, T], WorkPlan | Refusal]",
) -> "WorkPlan | Refusal":
    """What may start, and nothing else: agreed before or now, and all that it works saved. Clients
    that do not ask are told.

    What would run is looked at again after the answer, which may take its time.
    """
    while True:
        plan = await ls.in_engine(project, rehearsed, request)
        if isinstance(plan, Refusal):
            return plan
        if refusal := await unsaved(ls, project, _worked(project, plan)):
            return refusal
        if not plan.commands or await _known(ls, project, plan):
            return plan
        if not ls.client.consent:
            _tell(ls, project, plan)
        elif not await _agreed(ls, question(project.app.root.name, plan.commands)):
            return NOT_AGREED
        await _keep(ls, project, plan)


def _worked(project: Project, plan: "WorkPlan") -> list[str]:
    """Those of a plan that may still be worked."""
    return [id for id in plan.specs if project.snapshot.status(id) not in FINISHED]


async def _known(ls: "ChantServer", project: Project, plan: "WorkPlan") -> bool:
    if (project.folder.real, plan.digest) in ls.agreed:
        return True
    return ls.client.consent and await ls.pools.on_disk(
        project, project.app.consents.given, plan.digest
    )


async def _keep(ls: "ChantServer", project: Project, plan: "WorkPlan") -> None:
    ls.agreed.add((project.folder.real, plan.digest))
    if not ls.client.consent:
        return
    try:
        await ls.pools.on_disk(project, project.app.consents.keep, plan.digest, plan.commands)
    except OSError as error:
        log.warning("the agreement cannot be kept, it will be asked for again: %s", error)


async def _agreed(ls: "ChantServer", text: str) -> bool:
    actions = [types.MessageActionItem(RUN), types.MessageActionItem(LEAVE)]
    params = types.ShowMessageRequestParams(types.MessageType.Warning, text, actions)
    try:
        answer = await ls.window_show_message_request_async(params)
    except JsonRpcException as error:
        log.warning("the question of consent was not answered: %s", error)
        return False
    return answer is not None and answer.title == RUN


def _tell(ls: "ChantServer", project: Project, plan: "WorkPlan") -> None:
    text = f"chant runs in {clean(project.app.root.name)}:\n{shown(plan.commands)}"
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


def question(name: str, commands: tuple[str, ...]) -> str:
    return f"Run these commands of {clean(name)}?\n{shown(commands)}"


def shown(commands: tuple[str, ...]) -> str:
    """A line a command; what is left out is counted, and can be read elsewhere."""
    lines = [_cut(clean(one)) for one in commands[:_MOST]]
    cut = len(commands) > _MOST or any(len(clean(one)) > _WIDEST for one in commands[:_MOST])
    if more := len(commands) - len(lines):
        lines.append(f"… and {more} more")
    if cut:
        lines.append("`chant work ID --dry-run` shows all of it")
    return "\n".join(lines)


def clean(text: str) -> str:
    """On one line, without characters that are not seen or that turn others around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"
