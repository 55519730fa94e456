"""An agent listened to: its lines as events, and what they amount to."""

from collections.abc import Sequence

from chant_ls.engine.agents import streams
from chant_ls.engine.events import Result, RunEvent
from chant_ls.model.config import Provider
from chant_ls.model.runs import Usage

SILENT = "its output ended before it told a result"


class Listener:
    """For one process of an agent. `usage` is the last that it told, None for nothing."""

    def __init__(self, provider: Provider) -> None:
        self.usage: Usage | None = None
        self._format = streams.format_of(provider)
        self._state = streams.State()
        self._verdict: Result | None = None

    def hear(self, stream: str, line: str) -> tuple[RunEvent, ...]:
        """What a line of `stdout` or `stderr` means."""
        if stream == "stdout" and self._format:
            return self._kept(streams.meant(self._format, self._state, line))
        return streams.plain(line, stream)

    def end(self) -> tuple[RunEvent, ...]:
        """What was still to be said when the stream ended."""
        return tuple(streams.left(self._state))

    def trouble(self, well: bool) -> str:
        """What speaks against an agent besides how it exited (`well`): the error that it told last,
        or that it told no result where its format ends with one; "" for nothing."""
        told = self._verdict
        if told is not None:
            return (told.text or "the agent reported an error") if told.error else ""
        unfinished = well and self._format is not None and self._format.concludes
        return SILENT if unfinished else ""

    def _kept(self, events: Sequence[RunEvent]) -> tuple[RunEvent, ...]:
        for event in events:
            if isinstance(event, Usage):
                self.usage = event
            elif isinstance(event, Result):
                self._verdict = event
        return tuple(events)
