"""A run while it is going on: the one mutable thing of the core, held by its supervisor."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, Note, Output, RunEvent
from chant_ls.engine.git_port import GitError
from chant_ls.engine.guards import Approved
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.ports import Ended, Files, Stop
from chant_ls.engine.records import RunRecord
from chant_ls.engine.retrying import LAST_LINES
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ends. `undone`: nothing was done, all is as before, and this is only a refusal.
    `passing`: it failed for a reason that passes, so it may be tried again."""

    state: RunState
    error: str = ""
    hint: str = ""
    details: tuple[str, ...] = ()
    undone: bool = False
    passing: bool = False


def refused(what: Refusal | GitError, doing: str = "") -> Verdict:
    """A verdict for a run that could not even start."""
    no = what.refusal(doing) if isinstance(what, GitError) else what
    return Verdict(RunState.RESET, no.message, no.hint, no.details, undone=True)


def failed(what: Refusal | GitError | str, doing: str = "") -> Verdict:
    if isinstance(what, str):
        return Verdict(RunState.FAILED, what)
    no = what.refusal(doing) if isinstance(what, GitError) else what
    return Verdict(RunState.FAILED, no.message, no.hint, no.details)


@dataclass(slots=True)
class Live:
    engine: Engine
    approved: Approved
    request: WorkRequest
    snapshot: Snapshot
    record: RunRecord
    stop: Stop
    on_agent: Callable[[RunRecord], None]
    ended: Ended | None = None
    agent_error: str = ""
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    prompt: str = ""
    stash: str = ""
    proven: bool = False
    open_boxes: tuple[str, ...] = ()
    restored: list[str] = field(default_factory=list)

    @property
    def worktree(self) -> Path:
        return Path(self.record.worktree)

    @property
    def folder(self) -> Path:
        """The project's root inside the worktree: where its agent and its checks run."""
        return self.worktree / self.engine.git.prefix

    @property
    def private(self) -> bool:
        return self.approved.file.facts.private

    @property
    def copies(self) -> Files:
        """Where the spec's copy lies."""
        return self.engine.files.at(copy_folder(self.engine, self.record))

    @property
    def copy(self) -> Path:
        return copy_folder(self.engine, self.record) / self.record.spec_path

    @property
    def own(self) -> str:
        """The spec's path as git names it."""
        return self.engine.git.prefix + self.record.spec_path

    def base(self) -> str:
        """Where the branch and main last met: what was merged from main is no work of this run."""
        record = self.record
        return self.engine.git.merge_base(record.base_branch, record.branch) or record.base_sha

    @property
    def well(self) -> bool:
        """Whether the agent ended by itself and without telling of an error."""
        return self.ended is not None and self.ended.well and not self.agent_error

    @property
    def wish(self) -> str:
        """Why this run shall stop: what its supervisor heard, or word left for it meanwhile."""
        return self.stop.reason or self.engine.runs.asked_stop(self.record.run)

    def document(self) -> Document:
        """The spec as it stands in its copy now; "" where the agent removed it."""
        data = self.copies.read(self.record.spec_path) or b""
        return parse(data.decode("utf-8", errors="surrogateescape"), self.approved.id)

    def keep(self, **changes: object) -> None:
        """Change the record, durably."""
        self.record = replace(self.record, **changes)  # type: ignore[arg-type]  # by name
        self.engine.runs.write(self.record)

    def emit(self, *events: RunEvent) -> None:
        """To the journal first, then to the log."""
        now = self.engine.clock.now()
        entries = [Entry(event, now, self.record.run, self.record.spec) for event in events]
        lively = any(not isinstance(event, Output | Note) for event in events)
        self.engine.runs.append(self.record.job, entries, durable=lively)

    def log(self, *lines: str) -> None:
        now = self.engine.clock.now()
        text = "".join(f"{now} {line}\n" for line in lines)
        self.engine.runs.write_log(self.record.spec, text)
