"""`reset`: back to pending. Work that is not merged moves to an attempt branch; none is lost."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ResetRequest:
    """`confirmed` is whether the user agreed although there is unmerged work."""

    id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class WasReset:
    """`kept` is the branch that now holds the earlier attempt's work, "" when there was none."""

    id: str
    kept: str = ""
    notes: tuple[str, ...] = ()


def reset(engine: Engine, request: ResetRequest) -> WasReset | Refusal:
    raise NotImplementedError
