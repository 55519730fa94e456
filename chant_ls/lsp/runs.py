"""Follows the journals of live jobs: progress for every client, events for those that ask."""

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.analysis.markdown import clean
from chant_ls.engine.events import Entry, Finished, JobFinished, Output, Started, Tool
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.model.runs import RunState
from chant_ls.model.spec import short_id

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

REPORT_EVERY = 0.2
"""Seconds between two reports of one run at least."""

_BATCH = 500


class Runs:
    """One task a job; it ends with the job. A job is never followed twice."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._followed: set[tuple[Project, str]] = set()
        self._progress: dict[str, Progress] = {}
        self._tokens = count(1)

    def follow(self, project: Project, job: str) -> None:
        if (project, job) not in self._followed:
            self._followed.add((project, job))
            self._server.spawn(self._follow(project, job))

    def attach(self, project: Project) -> None:
        """Follow what an earlier server, or a terminal, started here."""
        if self._server.client.trusted and any(run.live for run in project.snapshot.runs.values()):
            self._server.spawn(self._attach(project))

    async def _attach(self, project: Project) -> None:
        live = [run.spec for run in project.snapshot.runs.values() if run.live]
        for job in await self._server.pools.on_disk(project, _jobs_of, project, live):
            self.follow(project, job)

    async def _follow(self, project: Project, job: str) -> None:
        from chant_ls.engine.operations.work import attach

        try:
            entries = attach(project.app.engine, job)
            while (batch := await self._server.pools.follow(_batch, entries)) is not None:
                for entry in batch:
                    self._tell(project, entry)
        finally:
            self._followed.discard((project, job))
            self._server.look_now()

    def stop(self, token: types.ProgressToken) -> None:
        """The user cancelled the progress: the run is cancelled, its work kept."""
        for run, progress in self._progress.items():
            if progress.token == token:
                self._server.spawn(self._stop(progress.project, run))

    async def _stop(self, project: Project, run: str) -> None:
        ask = project.app.engine.runs.ask_stop
        await self._server.pools.on_disk(project, ask, run, "cancel")

    def _tell(self, project: Project, entry: Entry) -> None:
        if self._server.client.run_events:
            event = {**entry.to_json(), "root": project.folder.uri}
            self._server.protocol.notify(wire.RUN_EVENT, event)
        if self._server.client.progress and entry.run:
            self._show(project, entry)
        if not isinstance(entry.event, Output | Tool):
            self._server.look_now()

    def _show(self, project: Project, entry: Entry) -> None:
        progress = self._progress.get(entry.run)
        if progress is None:
            if isinstance(entry.event, Finished | JobFinished):
                return
            progress = Progress(self._server, project, entry, f"chant-run-{next(self._tokens)}")
            self._progress[entry.run] = progress
        if isinstance(entry.event, Finished):
            self._progress.pop(entry.run).end(entry.event)
        elif text := _words(entry):
            progress.report(text)


def _jobs_of(project: Project, specs: list[str]) -> list[str]:
    runs = project.app.engine.runs
    records = [runs.latest(spec) for spec in specs]
    return list(dict.fromkeys(one.job for one in records if one is not None and one.job))


def _batch(entries: Iterator[Entry | None]) -> list[Entry] | None:
    """What the journal has by now; None at its end."""
    batch: list[Entry] = []
    for entry in entries:
        if entry is None:
            return batch
        batch.append(entry)
        if len(batch) == _BATCH:
            return batch
    return batch or None


def _words(entry: Entry) -> str:
    match entry.event:
        case Output(text=text):
            return clean(text, 120)
        case Tool(name=name, detail=detail):
            return clean(f"{name} {detail}", 120)
        case Started(provider=provider):
            return f"{provider} starts"
        case _:
            return entry.name.replace("_", " ")


class Progress:
    """One run in the client's progress list. Only the newest words are shown, five times a second
    at most."""

    def __init__(
        self, server: "ChantServer", project: Project, entry: Entry, token: types.ProgressToken
    ) -> None:
        self.token, self.project = token, project
        self._server = server
        self._ended: Finished | None = None
        self._due: str = ""
        facts = project.snapshot.facts(entry.spec)
        self._title = clean(f"{short_id(entry.spec)} {facts.title if facts else ''}")
        server.spawn(self._live())

    def report(self, text: str) -> None:
        self._due = text

    def end(self, event: Finished) -> None:
        self._ended = event

    async def _live(self) -> None:
        create = types.WorkDoneProgressCreateParams(token=self.token)
        await self._server.window_work_done_progress_create_async(create)
        begin = types.WorkDoneProgressBegin(title=self._title, cancellable=True)
        self._server.partial(self.token, begin)
        while self._ended is None:
            await asyncio.sleep(REPORT_EVERY)
            if self._due:
                self._server.partial(self.token, types.WorkDoneProgressReport(message=self._due))
                self._due = ""
        message = _outcome(self._ended)
        self._server.partial(self.token, types.WorkDoneProgressEnd(message=message))


def _outcome(event: Finished) -> str:
    words = event.state.replace("_", " ")
    if event.state == RunState.COMPLETED:
        return words
    return f"{words}: {clean(event.error)}" if event.error else words
