"""`work`: guards here, before any effect; then a detached supervisor does the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What would run, for the question of consent. `digest` changes when any command does."""

    specs: tuple[str, ...]
    commands: tuple[str, ...]
    digest: str


def plan(engine: Engine, request: WorkRequest) -> WorkPlan | Refusal:
    """Argv of the agents, checks in criteria and `shell` blocks that this request would run."""
    raise NotImplementedError


def work(engine: Engine, request: WorkRequest) -> Job | Refusal:
    """Returns once the first agent started, or with the refusal. Never waits for an agent."""
    raise NotImplementedError


def attach(engine: Engine, job: str, offset: int = 0) -> Iterator[Entry | None]:
    """Follows the journal of a job from a byte offset to its end. Yields None while nothing new
    has come, so that the caller can do other things; ends when the job ended or its supervisor
    died."""
    raise NotImplementedError
