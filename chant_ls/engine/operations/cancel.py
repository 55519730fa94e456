"""`cancel`: stop the work, keep its branch and worktree, say so in the spec's file."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """`confirmed` is whether the user agreed to stop a running agent."""

    id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`stopped`: an agent ran; `frees`: the dependents that it blocked; `worktree` is kept."""

    id: str
    stopped: bool
    frees: tuple[str, ...] = ()
    worktree: str = ""
    branch: str = ""
    notes: tuple[str, ...] = ()


def cancel(engine: Engine, request: CancelRequest) -> Cancelled | Refusal:
    raise NotImplementedError
