"""Watching a job through its journal: live on a terminal, line by line elsewhere."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from chant_ls.cli import render
from chant_ls.cli.failures import refuse
from chant_ls.cli.story import line_of
from chant_ls.engine.events import Entry, Finished, JobFinished, Started
from chant_ls.model.spec import short_id

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.jobs import Job


class View(Protocol):
    def show(self, line: str) -> None: ...

    def running(self, specs: dict[str, float]) -> None:
        """The specs at work, each with the monotonic time it started at."""
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
    at_work: dict[str, float] = {}
    code: int | None = None
    for entry in entries:
        if entry is None:
            view.running(at_work)
            continue
        match entry.event:
            case Started():
                at_work[entry.spec] = time.monotonic()
            case Finished():
                at_work.pop(entry.spec, None)
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

    def running(self, specs: dict[str, float]) -> None:
        pass


class Plain:
    def show(self, line: str) -> None:
        render.out(line)

    def running(self, specs: dict[str, float]) -> None:
        pass


def clock_line(specs: dict[str, float]) -> str:
    """`010-abc 12 s   011-def 3 s`."""
    now = time.monotonic()
    return "   ".join(f"{short_id(spec)} {now - since:.0f} s" for spec, since in specs.items())
