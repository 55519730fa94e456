"""Signals held back while something runs that must not be left halfway."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

_HELD = (signal.SIGINT, signal.SIGTERM)
_Handler = Callable[[int, FrameType | None], object]


@dataclass(slots=True)
class Held:
    """In the place of Python's handlers. `impatient` is called when INT comes once more."""

    impatient: Callable[[], object] | None = None
    heard: list[int] = field(default_factory=list)
    before: dict[int, _Handler] = field(default_factory=dict)

    def take(self) -> None:
        for number in _HELD:
            handler = signal.getsignal(number)
            if callable(handler):
                self.before[number] = handler
                signal.signal(number, self.hear)

    def give_back(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def hear(self, number: int, _: FrameType | None) -> None:
        again = number == signal.SIGINT and number in self.heard
        self.heard.append(number)
        if again and self.impatient:
            self.impatient()


@contextmanager
def held_back() -> Iterator[Held]:
    """INT and TERM that have a handler come after the block instead of into it.

    Python runs handlers in the main thread alone: in any other there is nothing to hold."""
    held = Held()
    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    try:
        held.take()
        yield held
    finally:
        held.give_back()
        for number in dict.fromkeys(held.heard):
            signal.raise_signal(number)
