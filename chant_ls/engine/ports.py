"""What the execution core asks of the machine. `host` implements these; git is in `git_port`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chant_ls.analysis.snapshot import PathFact
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.engine.events import Entry


class Clock(Protocol):
    def now(self) -> str:
        """UTC, ISO 8601 to the second, with `Z`."""
        ...

    def today(self) -> str:
        """The local date, ISO 8601."""
        ...

    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class FileStat:
    """A spec file as the folder listing tells it. `path` is relative to the root, `/` between."""

    path: str
    mtime_ns: int
    size: int

    @property
    def archived(self) -> bool:
        return self.path.startswith(".chant/archive/")


class Files(Protocol):
    """Text files below one folder. Nothing is read or written outside it, whatever links say."""

    @property
    def base(self) -> Path: ...

    def read(self, path: str) -> bytes | None:
        """None where there is no such regular file inside."""
        ...

    def write(self, path: str, data: bytes, private: bool = False) -> Refusal | None:
        """Atomic, mode kept (`private`: 0600), folders made; refused through any link."""
        ...

    def remove(self, path: str) -> None: ...

    def expand(self, entry: str, limit: int = 200) -> tuple[str, ...]:
        """The files that a path, folder or glob names, in order, at most `limit`."""
        ...

    def fact(self, entry: str) -> PathFact: ...

    def below(self, path: str, limit: int = 200) -> tuple[str, ...]:
        """The files that a path or folder means, its name taken as it is."""
        ...

    def size(self) -> int:
        """Bytes on disk of all that lies below, links not followed."""
        ...

    def at(self, folder: Path) -> "Files":
        """The same for another folder (a worktree)."""
        ...


class SpecStore(Protocol):
    """The spec files of the project: `.chant/specs` and `.chant/archive`."""

    def stats(self) -> tuple[FileStat, ...]:
        """All spec files by folder listing, in path order; links out of the root are left out."""
        ...

    def read(self, path: str) -> bytes | None: ...

    def read_all(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Many at once, for much less; what cannot be read is left out."""
        ...

    def replace(
        self, path: str, old: bytes | None, new: bytes, private: bool = False
    ) -> Refusal | None:
        """Write `new` if the file still holds `old` (None: does not exist); refused otherwise.
        `private`: only its owner may read it from then on."""
        ...

    def move(self, old: str, new: str) -> Refusal | None:
        """Refused where `new` exists, or `old` is a link."""
        ...

    def sweep(self) -> tuple[str, ...]:
        """Removes what writers of ours that were killed left beside specs; the paths of it."""
        ...


REPO = "/repo"
"""The name of the repository's lock: one that no spec can have."""

REPO_WAIT = 30.0
"""Seconds that the repository's lock is waited for."""


class Held(Protocol):
    """A lock that we hold."""

    def release(self) -> None: ...

    def __enter__(self) -> "Held": ...

    def __exit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class StateFile:
    """A file of the run state that nobody may need any more. `owner`: of `stop` and `prompt` the
    run, of `journal` and `job` the job. `days` since it was written last."""

    kind: str
    owner: str
    path: Path
    bytes: int
    days: float


class RunStore(Protocol):
    """Run records, journals, logs and locks below the git folder (execution.md 1 US)."""

    @property
    def folder(self) -> Path: ...

    def writable(self) -> Refusal | None:
        """Why no run could be recorded here: no git, no permission, no room."""
        ...

    def newest(self) -> Mapping[SpecId, RunRecord]:
        """The newest record of every spec; one that cannot be read needs attention. Starts no
        process."""
        ...

    def latest(self, spec: str) -> RunRecord | None: ...

    def runs_of(self, spec: str) -> tuple[RunRecord, ...]:
        """Oldest first."""
        ...

    def read(self, run: str) -> RunRecord | None: ...

    def write(self, record: RunRecord) -> None:
        """Durable when it returns: written aside, fsynced, renamed."""
        ...

    def snapshot(self, run: str) -> bytes | None:
        """The spec's bytes as they stood when Work was pressed."""
        ...

    def keep_snapshot(self, run: str, data: bytes) -> None: ...

    def lock(self, name: str, wait: float = 0.0) -> Held | Refusal:
        """The lock of a spec (its id), or of the repository (`REPO`) whichever root is asked.
        Waits at most `wait` seconds. The kernel drops it when its holder dies; its file is never
        deleted."""
        ...

    def append(self, job: str, entries: "Iterable[Entry]", durable: bool = True) -> None:
        """Add to the journal of a job."""
        ...

    def entries(self, job: str, offset: int = 0) -> "tuple[tuple[Entry, ...], int]":
        """Whole journal lines from byte `offset` on, and the offset behind them."""
        ...

    def log_path(self, spec: str) -> Path: ...

    def write_log(self, spec: str, text: str) -> int:
        """Append to the log of a spec; its size in bytes afterwards."""
        ...

    def read_log(self, spec: str, offset: int = 0) -> bytes: ...

    def keep_prompt(self, run: str, text: str) -> Path:
        """A file with the prompt, for agents that want one; `drop_prompt` removes it."""
        ...

    def drop_prompt(self, run: str) -> None: ...

    def keep_job(self, job: str, data: Mapping[str, object]) -> None: ...

    def job(self, job: str) -> Mapping[str, object] | None: ...

    def jobs(self) -> tuple[str, ...]:
        """Newest first."""
        ...

    def errors_path(self, job: str) -> Path:
        """Where the supervisor of a job writes what it cannot tell otherwise: its tracebacks."""
        ...

    def keep_merge(self, data: Mapping[str, object] | None) -> None:
        """The merge that waits at a conflict, durably; None: there is none any more."""
        ...

    def merge(self) -> Mapping[str, object] | None: ...

    def ask_stop(self, run: str, reason: str) -> None:
        """Leave word for the supervisor: `cancel` or `pause` this run."""
        ...

    def asked_stop(self, run: str) -> str:
        """ "" when nobody asked."""
        ...

    def sweep(self) -> int:
        """As that of `SpecStore`; how many there were."""
        ...

    def state_files(self) -> tuple[StateFile, ...]:
        """Stop files, prompts, journals and jobs, by path. Records, logs and locks stay."""
        ...


@dataclass(frozen=True, slots=True)
class Command:
    """A process to run. No shell in between. `timeout` in seconds, 0 for none; `mark` is the value
    of CHANT_RUN by which strays of its tree are known."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes | None = None
    timeout: float = 0.0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """`reason`: "" it ended by itself, `timeout`, or why stop was asked (`cancel`, `pause`)."""

    code: int
    seconds: float
    reason: str = ""

    @property
    def well(self) -> bool:
        return self.code == 0 and not self.reason


class Stop(Protocol):
    """A wish to stop a run, from a signal or a user."""

    @property
    def reason(self) -> str: ...

    def ask(self, reason: str) -> None: ...

    def on_ask(self, callback: Callable[[], None]) -> None: ...


OnLines = Callable[[Sequence[tuple[str, str]]], None]
"""Called with what has come since the last call: pairs of stream (`stdout`, `stderr`) and line."""


class Processes(Protocol):
    def me(self) -> ProcessId: ...

    def alive(self, process: ProcessId) -> bool:
        """Whether that very process still runs. Starts none."""
        ...

    def run(
        self,
        command: Command,
        on_start: Callable[[ProcessId], None],
        on_lines: OnLines,
        stop: Stop | None = None,
    ) -> Ended | Refusal:
        """Run to the end in a session of its own, both streams drained; then no process of its
        tree is left. Refusal: it could not be started."""
        ...

    def end_tree(self, process: ProcessId, mark: str) -> int:
        """TERM, 10 s, KILL for a process and all that belongs to it; how many were ended. Whoever
        has its pid now is left alone."""
        ...

    def signal(self, process: ProcessId, name: str) -> bool:
        """Send `INT`, `TERM` or `USR1` if that very process still runs."""
        ...

    def adopt_orphans(self) -> None:
        """Become the reaper of orphaned descendants, where the system can."""
        ...

    def which(self, program: str, path: str) -> str | None: ...

    def free_bytes(self, folder: Path) -> int:
        """At `folder` or its nearest existing parent."""
        ...


class Launcher(Protocol):
    def start(self, job: str) -> Mapping[str, object]:
        """Start a detached supervisor for a job; its first word: `{ok: true, run}` once the agent
        runs, `{ok: false, message, hint, details}` for a refusal; `{}` if it died silently."""
        ...
