"""Ctrl+C and TERM while a job is watched: its supervisor is asked to stop, and watched."""

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from chant_ls.cli.failures import INTERRUPTED, TERMINATED
from chant_ls.engine.events import Entry

if TYPE_CHECKING:
    from chant_ls.cli.watch import View
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.jobs import Job

_BATCH = (
    ("INT", "nothing more is started; Ctrl+C again pauses what runs"),
    ("TERM", "pausing what runs"),
)
_SINGLE = (("TERM", "pausing; `chant resume {spec}` goes on later"),)


class Presses:
    """How often Ctrl+C was pressed so far, and what is to be said about it.

    A signal handler must not print: it may have come in the middle of a print.
    """

    def __init__(self) -> None:
        self.count = 0
        self.terminated = False
        self.unsaid: list[str] = []

    def telling(self, entries: Iterable[Entry | None], view: "View") -> Iterator[Entry | None]:
        for entry in entries:
            while self.unsaid:
                view.show(self.unsaid.pop(0))
            yield entry

    def code(self, ended: int) -> int:
        if self.terminated:
            return TERMINATED
        return INTERRUPTED if self.count else ended


@contextmanager
def interrupts(engine: "Engine", job: "Job") -> Iterator[Presses]:
    """One spec is paused by the first press; of several, the first lets those at work finish.

    A press more than that leaves the job to itself: `KeyboardInterrupt`. TERM pauses what runs.
    """
    from chant_ls.engine.operations.work import interrupt

    presses, steps = Presses(), _SINGLE if len(job.specs) == 1 else _BATCH

    def pressed(number: int, frame: FrameType | None) -> None:
        if presses.count == len(steps):
            raise KeyboardInterrupt
        name, words = steps[presses.count]
        presses.count += 1
        interrupt(engine, job.job, name)
        presses.unsaid.append(words.format(spec=job.specs[0]))

    def terminated(number: int, frame: FrameType | None) -> None:
        if presses.terminated:
            sys.exit(TERMINATED)
        presses.terminated = True
        interrupt(engine, job.job, "TERM")
        presses.unsaid.append("pausing what runs")

    heard = {signal.SIGINT: pressed, signal.SIGTERM: terminated}
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    try:
        yield presses
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
