"""What the run record of a spec tells everyone who only reads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chant_ls.model.spec import FINISHED, SpecId, Status


class RunState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    EVALUATING = "evaluating"
    MERGING = "merging"
    PAUSED = "paused"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    COMPLETED = "completed"
    MERGED = "merged"
    CANCELLED = "cancelled"
    RESET = "reset"


LIVE_STATES = frozenset(
    {RunState.STARTING, RunState.RUNNING, RunState.EVALUATING, RunState.MERGING}
)

_STATUS: dict[RunState, Status | None] = {
    RunState.STARTING: Status.IN_PROGRESS,
    RunState.RUNNING: Status.IN_PROGRESS,
    RunState.EVALUATING: Status.IN_PROGRESS,
    RunState.MERGING: Status.COMPLETED,
    RunState.PAUSED: Status.PAUSED,
    RunState.FAILED: Status.FAILED,
    RunState.NEEDS_ATTENTION: Status.NEEDS_ATTENTION,
    RunState.COMPLETED: Status.COMPLETED,
    RunState.MERGED: Status.COMPLETED,
    RunState.CANCELLED: Status.CANCELLED,
    RunState.RESET: None,
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What an agent told that it used, all in all. `input_tokens` counts those of the cache too,
    `cached_tokens` those read from it alone; `cost_usd` is None where it told none."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            sum(costs) if costs else None,
        )

    def words(self) -> str:
        """`1234 tokens in (1000 from the cache), 56 out, 0.1200 USD`."""
        cached = f" ({self.cached_tokens} from the cache)" if self.cached_tokens else ""
        cost = "" if self.cost_usd is None else f", {self.cost_usd:.4f} USD"
        return f"{self.input_tokens} tokens in{cached}, {self.output_tokens} out{cost}"


class RunInfo(NamedTuple):
    """The newest run of a spec as its record tells it. Times are UTC, ISO 8601 with a `Z`.

    `live` is whether the supervisor that owns the record still exists (pid, start time of the
    process and boot id agree); a live state without it is a run that was killed. `conflict` is the
    folder where its merge waits for somebody to settle it, "" where none does.
    """

    run: str
    spec: SpecId
    state: RunState
    live: bool = False
    attempt: int = 1
    started_at: str = ""
    ended_at: str = ""
    worktree: str = ""
    branch: str = ""
    provider: str = ""
    error: str = ""
    usage: Usage | None = None
    conflict: str = ""

    @property
    def merged(self) -> bool:
        return self.state is RunState.MERGED

    @property
    def interrupted(self) -> bool:
        """A run whose supervisor died without a word: `chant recover` decides what it left."""
        return self.state in LIVE_STATES and not self.live

    @property
    def unmerged(self) -> bool:
        """Work that is completed on its branch and not yet merged."""
        return self.state in (RunState.COMPLETED, RunState.MERGING)

    @property
    def waits_at(self) -> str:
        """What is said of a merge that waits at a conflict, with the next step; else ""."""
        if not self.conflict:
            return ""
        step = "`chant merge --continue` or `--abort`"
        return f"merge waits at a conflict in {self.conflict}; next: {step}"


def overlaid(stored: Status | None, run: RunInfo | None) -> Status:
    """The status of a spec: its working file overlaid by its run record. The only such function.

    What a person decided in the file (completed, cancelled) beats a run that ended without a
    result; work that is going on, completed or merged beats the file, but for merged work that the
    file says is in doubt (`drift --mark`, a `verify` that failed).
    """
    in_file = Status.NEEDS_ATTENTION if stored is None else stored
    if run is None:
        return in_file
    if run.interrupted and run.state is not RunState.MERGING:
        return Status.NEEDS_ATTENTION
    told = _STATUS[run.state]
    if run.merged and stored is Status.NEEDS_ATTENTION:
        return stored
    if told is None or (not run.live and _decided(in_file, told)):
        return in_file
    return told


def _decided(in_file: Status, told: Status) -> bool:
    return in_file is Status.CANCELLED or (in_file is Status.COMPLETED and told not in FINISHED)
