"""`approve` and `reject`: a person's decision, written into the spec's file."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ApproveRequest:
    """`approved` False rejects. `by` is who decides."""

    id: str
    by: str
    approved: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    id: str
    approved: bool
    by: str
    notes: tuple[str, ...] = ()


def approve(engine: Engine, request: ApproveRequest) -> Decided | Refusal:
    raise NotImplementedError
