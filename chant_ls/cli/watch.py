"""Watching a job through its journal: live on a terminal, line by line elsewhere."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chant_ls.cli import render
from chant_ls.cli.failures import refuse
from chant_ls.cli.story import line_of, told
from chant_ls.engine.events import (
    Entry,
    Finished,
    JobFinished,
    Merged,
    MergeRefused,
    Output,
    Started,
    Tool,
)
from chant_ls.model.spec import short_id

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.jobs import Job


@dataclass(frozen=True, slots=True)
class AtWork:
    """A run since the monotonic time `since`; `last` is what its agent said or did last."""

    since: float
    last: str = ""

    def line(self, spec: str) -> str:
        """`010-abc 12 s  ▸ edit src/app.py`."""
        return f"{short_id(spec)} {time.monotonic() - self.since:.0f} s  {self.last}".rstrip()


class View(Protocol):
    def show(self, line: str) -> None: ...

    def running(self, specs: dict[str, AtWork]) -> None:
        """The specs at work."""
        ...


def watch(engine: "Engine", job: "Job", quiet: bool = False, as_json: bool = False) -> int:
    """Shows the job until it ends; its exit code, or 130 if somebody pressed Ctrl+C. `as_json`: the
    lines of its journal as they come, and nothing else."""
    from chant_ls.cli.interrupting import interrupts
    from chant_ls.engine.operations.work import attach

    with _view(quiet or as_json) as view, interrupts(engine, job) as presses:
        entries = presses.telling(attach(engine, job.job), view)
        ended = follow(_written(entries) if as_json else entries, view)
    if ended is None:
        why = f"the supervisor of this job died; {engine.runs.errors_path(job.job)} may tell why"
        refuse(why, "`chant recover` tidies up what it left")
    return presses.code(ended)


def _written(entries: Iterator[Entry | None]) -> Iterator[Entry | None]:
    for entry in entries:
        if entry is not None:
            render.line(entry.to_json())
        yield entry


def follow(entries: Iterator[Entry | None], view: View) -> int | None:
    """Draws each event and, in between, the passing of time. None: the job ended without a word."""
    at_work: dict[str, AtWork] = {}
    merged: dict[str, bool] = {}
    code: int | None = None
    for entry in entries:
        if entry is None:
            view.running(at_work)
            continue
        match entry.event:
            case Started():
                at_work[entry.spec] = AtWork(time.monotonic())
            case Output() | Tool() if entry.spec in at_work:
                said = render.one_line(told(entry.event))
                at_work[entry.spec] = replace(at_work[entry.spec], last=said)
            case Merged() | MergeRefused():
                merged[entry.spec] = isinstance(entry.event, Merged)
            case Finished(state):
                at_work.pop(entry.spec, None)
                if entry.spec in merged:
                    told_already = merged.pop(entry.spec)
                    entry = replace(entry, event=Finished("" if told_already else state))
            case JobFinished(ended):
                code = ended
        if line := line_of(entry):
            view.show(line)
        view.running(at_work)
    return code


def _view(quiet: bool) -> AbstractContextManager[View]:
    if quiet:
        return nullcontext(Silent())
    if not render.live():
        return nullcontext(Plain())
    from chant_ls.cli.live import Live

    return Live()


class Silent:
    def show(self, line: str) -> None:
        pass

    def running(self, specs: dict[str, AtWork]) -> None:
        pass


class Plain:
    def show(self, line: str) -> None:
        render.out(line)

    def running(self, specs: dict[str, AtWork]) -> None:
        pass
