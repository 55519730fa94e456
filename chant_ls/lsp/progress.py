"""One job of work in the client's progress list."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from chant_ls.analysis.markdown import clean
from chant_ls.engine.events import Entry, Finished, Output, Started, Tool
from chant_ls.model.runs import RunState

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

log = logging.getLogger(__name__)

REPORT_EVERY = 0.2
"""Seconds between two reports of one run at least."""


class Progress:
    """Only the newest words are shown, five times a second at most. `stop` is called in a thread
    when the user cancels it."""

    def __init__(
        self,
        server: "ChantServer",
        token: types.ProgressToken,
        title: str,
        stop: Callable[[], object],
    ) -> None:
        self.token, self.stop = token, stop
        self._server, self._title = server, title
        self._ended = asyncio.Event()
        self._due = self._last = ""
        server.spawn(self._live())

    def report(self, text: str) -> None:
        self._due = text

    def end(self, message: str) -> None:
        self._last = message
        self._ended.set()

    async def _live(self) -> None:
        create = types.WorkDoneProgressCreateParams(token=self.token)
        try:
            await self._server.window_work_done_progress_create_async(create)
        except JsonRpcException as error:
            log.info("the client shows no progress: %s", error)
            return
        begin = types.WorkDoneProgressBegin(title=self._title, cancellable=True)
        self._server.partial(self.token, begin)
        while not await self._over():
            if self._due:
                self._server.partial(self.token, types.WorkDoneProgressReport(message=self._due))
                self._due = ""
        self._server.partial(self.token, types.WorkDoneProgressEnd(message=self._last))

    async def _over(self) -> bool:
        try:
            await asyncio.wait_for(self._ended.wait(), REPORT_EVERY)
        except TimeoutError:
            return False
        return True


def words(entry: Entry) -> str:
    """What is going on, on one line."""
    match entry.event:
        case Output(text=text):
            return clean(text, 120)
        case Tool(name=name, detail=detail):
            return clean(f"{name} {detail}", 120)
        case Started(provider=provider):
            return f"{provider} starts"
        case _:
            return entry.name.replace("_", " ")


def outcome(event: Finished) -> str:
    told = event.state.replace("_", " ")
    if event.state == RunState.COMPLETED:
        return told
    return f"{told}: {clean(event.error)}" if event.error else told
