"""What happens during a run, as values: for the journal, for progress, for `chant/runEvent`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from chant_ls.model.runs import Usage


@dataclass(frozen=True, slots=True)
class Queued:
    """The job will work this spec when its turn comes."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The job will not work this spec."""

    reason: str


@dataclass(frozen=True, slots=True)
class Started:
    """The run owns its spec and is about to prepare its worktree."""

    worktree: str
    branch: str
    provider: str


@dataclass(frozen=True, slots=True)
class AgentStarted:
    pid: int
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One line that the agent printed, without its newline. `stream`: stdout, stderr or text."""

    text: str
    stream: str = "stdout"


@dataclass(frozen=True, slots=True)
class Tool:
    """The agent used a tool; `detail` is a short description of its input."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The agent's own verdict, where its output format has one."""

    error: bool
    text: str = ""
    turns: int = 0


@dataclass(frozen=True, slots=True)
class AgentEnded:
    """`code` is the exit code, negative a signal; `reason` is "", timeout, cancel or pause."""

    code: int
    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """Files that the agent changed without being asked to, put back."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckRan:
    """A criterion's own check. `output` is its last lines when it failed."""

    command: str
    passed: bool
    criterion: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class CriterionDone:
    text: str


@dataclass(frozen=True, slots=True)
class Committed:
    """`kind`: work, checkpoint or complete."""

    sha: str
    subject: str
    kind: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """`state` is a RunState."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    commit: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class MergeRefused:
    """The work is completed on its branch, but could not be merged."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling that changes nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over. `state` is the RunState it ended in; `hint` the next step."""

    state: str
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class JobFinished:
    """The job is over. `code` is the exit code a terminal shows. A spec counts once: `not_merged`
    is completed work that should have been merged and could not be."""

    code: int
    completed: int = 0
    failed: int = 0
    skipped: int = 0
    not_merged: int = 0
    needs_attention: int = 0
    paused: int = 0
    cancelled: int = 0


RunEvent = (
    Queued
    | Skipped
    | Started
    | AgentStarted
    | Output
    | Tool
    | Result
    | Usage
    | AgentEnded
    | Restored
    | CheckRan
    | CriterionDone
    | Committed
    | StatusChanged
    | Merged
    | MergeRefused
    | Note
    | Finished
    | JobFinished
)

Tell = Callable[[RunEvent], None]
"""Hears what a verb does by the way, or what happens while it waits for an agent."""


def quiet(event: RunEvent) -> None:
    """For callers that show nothing."""


_KINDS: tuple[Any, ...] = get_args(RunEvent)


def _name(kind: Any) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", kind.__name__).lower()


_BY_NAME = {_name(kind): kind for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event where and when it happened. `run` and `spec` are "" for an event of the job."""

    event: RunEvent
    at: str
    run: str = ""
    spec: str = ""

    @property
    def name(self) -> str:
        """`agent_started` for AgentStarted."""
        return _name(type(self.event))

    def to_json(self) -> dict[str, Any]:
        """`{run, spec, event, at, …}`: the line of the journal and `chant/runEvent` alike."""
        own = {f.name: getattr(self.event, f.name) for f in fields(self.event)}
        return {"run": self.run, "spec": self.spec, "event": self.name, "at": self.at, **own}


def from_json(data: Mapping[str, Any]) -> Entry | None:
    """None for an event that this version does not know. Unknown keys are dropped."""
    kind = _BY_NAME.get(str(data.get("event")))
    if kind is None:
        return None
    names = {f.name for f in fields(kind)}
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in names
    }
    try:
        event = kind(**values)
    except TypeError:
        return None
    return Entry(
        event, str(data.get("at", "")), str(data.get("run", "")), str(data.get("spec", ""))
    )
