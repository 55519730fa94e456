"""Ctrl+C while a job is watched: the supervisor is asked to stop, and watched until it has."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from chant_ls.cli.failures import INTERRUPTED
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
        self.unsaid: list[str] = []

    def telling(self, entries: Iterable[Entry | None], view: "View") -> Iterator[Entry | None]:
        for entry in entries:
            while self.unsaid:
                view.show(self.unsaid.pop(0))
            yield entry

    def code(self, ended: int) -> int:
        return INTERRUPTED if self.count else ended


@contextmanager
def interrupts(engine: "Engine", job: "Job") -> Iterator[Presses]:
    """One spec is paused by the first press; of several, the first lets those at work finish.

    A press more than that leaves the job to itself: `KeyboardInterrupt`.
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

    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield presses
    finally:
        signal.signal(signal.SIGINT, before)
