"""The run record: what one attempt at a spec is, durably. One JSON file a run, kept for good."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from chant_ls.model.runs import RunInfo, RunState, Usage
from chant_ls.model.spec import SpecId

VERSION = 1
NEWER = "its record was written by a newer chant: go on with that one"

_STATES = frozenset(RunState)
_RUN_NAME = re.compile(r"(?P<spec>.+)-r(?P<attempt>\d+)\Z")


def run_name(spec: str, attempt: int) -> str:
    """The id of a run: `<spec>-r<attempt>`. Every run name has the suffix, so none is ambiguous."""
    return f"{spec}-r{attempt}"


def parse_run_name(name: str) -> tuple[SpecId, int] | None:
    match = _RUN_NAME.match(name)
    return (SpecId(match["spec"]), int(match["attempt"])) if match else None


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process for good: `identity` holds boot id and start time, so a reused pid differs."""

    pid: int = 0
    identity: str = ""

    def __bool__(self) -> bool:
        return self.pid > 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One attempt at a spec. Times are UTC, ISO 8601 with `Z`; paths absolute; commits full.

    `step` is the step about to be taken when the record was written (engine/run.py); `previous`
    the state to go back to when nothing was done; `created` whether this run made its worktree.
    `base_sha` is where the branch started, `completion` its `chant: complete` commit, `merged`
    the commit on main, `verified` the one at which all criteria held when they were asked again.
    The spec's bytes as worked lie in the run store (`RunStore.snapshot`).
    `tracked` is whether the spec's file goes into commits (mode `tracked` or `local`), `ignored`
    whether git ignores it. `brought` are SHA-256 digests, by path, of the ignored target files that
    this run copied to the root. `wants_merge`: to be merged once completed. `unknown` keeps keys
    that a newer chant wrote.
    """

    run: str
    spec: SpecId
    attempt: int = 1
    job: str = ""
    state: RunState = RunState.STARTING
    step: str = ""
    previous: RunState = RunState.RESET
    supervisor: ProcessId = ProcessId()
    agent: ProcessId = ProcessId()
    host: str = ""
    started_at: str = ""
    ended_at: str = ""
    worktree: str = ""
    branch: str = ""
    base_branch: str = ""
    base_sha: str = ""
    created: bool = False
    spec_path: str = ""
    title: str = ""
    tracked: bool = True
    ignored: bool = False
    wants_merge: bool = False
    provider: str = ""
    model: str = ""
    log_offset: int = 0
    completion: str = ""
    completed_at: str = ""
    merged: str = ""
    verified: str = ""
    waived: int = 0
    brought: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    usage: Usage | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "unknown"}
        own["supervisor"] = {"pid": self.supervisor.pid, "identity": self.supervisor.identity}
        own["agent"] = {"pid": self.agent.pid, "identity": self.agent.identity}
        own["usage"] = asdict(self.usage) if self.usage else None
        return {**self.unknown, **own, "version": VERSION}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "RunRecord":
        """Raises ValueError, KeyError or TypeError on a mapping that is no run record. One whose
        meaning only a newer chant knows needs attention."""
        names = {f.name for f in fields(RunRecord)} - {"unknown"}
        known = {k: v for k, v in data.items() if k in names}
        if data.get("version", VERSION) > VERSION or known["state"] not in _STATES:
            known.update(state=RunState.NEEDS_ATTENTION, error=NEWER, previous=RunState.RESET)
        known["state"] = RunState(known["state"])
        known["previous"] = RunState(known.get("previous", RunState.RESET))
        known["supervisor"] = ProcessId(**known.get("supervisor", {}))
        known["agent"] = ProcessId(**known.get("agent", {}))
        known["usage"] = _usage(known.get("usage"))
        unknown = {k: v for k, v in data.items() if k not in names and k != "version"}
        return RunRecord(**known, unknown=unknown)

    @staticmethod
    def unreadable(run: str, error: str) -> "RunRecord | None":
        """In the place of one that nothing can be made of: its spec is not untouched."""
        named = parse_run_name(run)
        return (
            RunRecord(run, *named, state=RunState.NEEDS_ATTENTION, error=error) if named else None
        )

    def info(self, live: bool) -> RunInfo:
        """What readers see; `live` is whether the supervisor still exists."""
        return RunInfo(
            run=self.run,
            spec=self.spec,
            state=self.state,
            live=live,
            attempt=self.attempt,
            started_at=self.started_at,
            ended_at=self.ended_at,
            worktree=self.worktree,
            branch=self.branch,
            provider=self.provider,
            error=self.error,
            usage=self.usage,
        )

    def at_step(self, step: str) -> "RunRecord":
        return replace(self, step=step)


def _usage(told: Any) -> Usage | None:
    """A newer chant may tell more of it."""
    if not isinstance(told, Mapping):
        return None
    return Usage(**{f.name: told[f.name] for f in fields(Usage) if f.name in told})
