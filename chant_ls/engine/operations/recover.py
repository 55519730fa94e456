"""`recover`: after a crash, tell the truth and tidy up. Twice is once."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class RecoverRequest:
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Recovered:
    """One line per action taken (or that would be)."""

    actions: tuple[str, ...] = ()


def recover(engine: Engine, request: RecoverRequest) -> Recovered | Refusal:
    raise NotImplementedError
