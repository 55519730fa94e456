"""`log`: what the agent said."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class LogRequest:
    """`lines` from the end, 0 for all; `run` is a number of an attempt, `latest` or `all`."""

    id: str
    lines: int = 0
    run: str = "latest"


@dataclass(frozen=True, slots=True)
class Log:
    """`offset` is the byte where the text ends: `tail` goes on there. `running`: more comes."""

    id: str
    text: str
    run: str
    path: str
    offset: int
    running: bool


def log(engine: Engine, request: LogRequest) -> Log | Refusal:
    raise NotImplementedError


def tail(engine: Engine, previous: Log) -> Log:
    """What came since; `running` is False once the run has ended and all is read."""
    raise NotImplementedError
