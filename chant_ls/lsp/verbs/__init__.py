"""What the commands do: guards of the server, then the engine's operation in a thread."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chant_ls.lsp import wire
from chant_ls.lsp.verbs import deciding, splitting, starting
from chant_ls.lsp.verbs.guards import UNTRUSTED, Answer, Conflict, Verb, place, unsaved
from chant_ls.model.refusal import Refusal

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

__all__ = ["VERBS", "Conflict", "run"]

VERBS: dict[str, Verb] = {
    "chant.add": deciding.add,
    "chant.work": starting.work,
    "chant.workReady": starting.work_ready,
    "chant.resume": starting.resume,
    "chant.merge": starting.merge,
    "chant.cancel": deciding.cancel,
    "chant.reset": deciding.reset,
    "chant.approve": deciding.approve,
    "chant.reject": deciding.reject,
    "chant.log": deciding.log,
    "chant.split": splitting.split,
    "chant.graph": deciding.graph,
}


async def run(ls: "ChantServer", command: str, argument: Any) -> Answer | Refusal | Conflict:
    """All guards that need no engine come first; nothing is imported or started before them."""
    if wire.starts_processes(command, asdict(argument)) and not ls.client.trusted:
        return UNTRUSTED
    found = place(ls, argument)
    if isinstance(found, Refusal):
        return found
    project, argument = found
    if command in wire.NEEDS_SAVED and (refusal := await unsaved(ls, project, [argument.spec])):
        return refusal
    result = await VERBS[command](ls, project, argument)
    ls.look_now()
    return result
