"""Follows the journals of live jobs: progress for every client, events for those that ask."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.analysis.markdown import clean
from chant_ls.engine.events import Entry, Finished, JobFinished, Output, Tool
from chant_ls.lsp import wire
from chant_ls.lsp.progress import Progress, outcome, words
from chant_ls.lsp.project import Project
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId, short_id

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

log = logging.getLogger(__name__)

_BATCH = 500


class Runs:
    """One task a job; it ends with the job, or with its supervisor. A job is followed once."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._jobs: set[tuple[Path, str]] = set()
        """By root: a project that was closed is not held."""
        self._met: set[tuple[Path, str]] = set()
        """Runs whose job was looked for."""
        self._progress: dict[str, Progress] = {}
        """By run; by job for work that is no run."""
        self._tokens = count(1)

    def follow(self, project: Project, job: str) -> None:
        if (known := (project.folder.real, job)) not in self._jobs:
            self._jobs.add(known)
            self._server.spawn(self._follow(project, job))

    def attach(self, project: Project) -> None:
        """Follow what others started here: a terminal, an earlier server."""
        project = project.main or project
        root = project.folder.real
        live = [run for run in project.snapshot.runs.values() if run.live]
        new = [run for run in live if (root, run.run) not in self._met]
        if new and self._server.client.trusted:
            self._met |= {(root, run.run) for run in new}
            self._server.spawn(self._attach(project, [run.spec for run in new]))

    async def _attach(self, project: Project, specs: list[SpecId]) -> None:
        for job in await self._server.pools.on_disk(project, _jobs_of, project, specs):
            self.follow(project, job)

    async def _follow(self, project: Project, job: str) -> None:
        """A supervisor that dies tells no end: then the records tell it."""
        begun: dict[str, str] = {}
        async for entry in self.heard(project, job):
            if isinstance(entry.event, Finished):
                begun.pop(entry.run, None)
            elif entry.run:
                begun[entry.run] = entry.spec
            self._tell(project, entry)
        for run, spec in begun.items():
            end = await self._server.pools.follow(_end_of, project, run, spec)
            self._tell(project, end)
        self._server.look_now()

    async def heard(self, project: Project, job: str) -> AsyncIterator[Entry]:
        """The journal of a job, from its beginning to its end."""
        entries = _entries(project, job)
        try:
            while (batch := await self._server.pools.follow(_batch, entries)) is not None:
                for entry in batch:
                    yield entry
        except OSError as error:
            log.warning("the journal of %s cannot be read: %s", job, error)

    def progress(self, key: str, title: str, stop: Callable[[], object]) -> Progress | None:
        """A line in the client's list, where it has one; ended by `ended`."""
        if self._server.client.progress and key not in self._progress:
            token = f"chant-run-{next(self._tokens)}"
            self._progress[key] = Progress(self._server, token, title, stop)
        return self._progress.get(key)

    def ended(self, key: str, message: str) -> None:
        if progress := self._progress.pop(key, None):
            progress.end(message)

    def stop(self, token: types.ProgressToken) -> None:
        """The user cancelled the progress: the run is cancelled, its work kept."""
        for progress in self._progress.values():
            if progress.token == token:
                self._server.spawn(self._server.pools.verb(progress.stop))

    def _tell(self, project: Project, entry: Entry) -> None:
        if self._server.client.run_events:
            event = {**entry.to_json(), "root": project.folder.uri}
            self._server.protocol.notify(wire.RUN_EVENT, event)
        if entry.run:
            self._show(project, entry)
        if not isinstance(entry.event, Output | Tool):
            self._server.look_now()

    def _show(self, project: Project, entry: Entry) -> None:
        if isinstance(entry.event, Finished):
            self.ended(entry.run, outcome(entry.event))
        elif not isinstance(entry.event, JobFinished):
            stop = partial(_cancel, project, entry.run)
            if progress := self.progress(entry.run, title_of(project, entry.spec), stop):
                progress.report(words(entry))


def title_of(project: Project, spec: str) -> str:
    facts = project.snapshot.facts(spec)
    return clean(f"{short_id(spec)} {facts.title if facts else ''}")


def _cancel(project: Project, run: str) -> None:
    project.app.run_store.ask_stop(run, "cancel")


def _jobs_of(project: Project, specs: list[SpecId]) -> list[str]:
    records = [project.app.run_store.latest(spec) for spec in specs]
    return list(dict.fromkeys(one.job for one in records if one is not None and one.job))


def _entries(project: Project, job: str) -> Iterator[Entry | None]:
    """The engine is built where the journal is read: in a thread."""
    from chant_ls.engine.operations.work import attach

    yield from attach(project.app.engine, job)


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


def _end_of(project: Project, run: str, spec: str) -> Entry:
    """What the record says of a run whose journal ends without a word."""
    engine = project.app.engine
    record = engine.runs.read(run)
    state = record.state if record else RunState.NEEDS_ATTENTION
    event = Finished(state, record.error if record else "")
    if record is None or record.info(live=False).interrupted:
        event = Finished(
            RunState.NEEDS_ATTENTION, "it was interrupted", "`chant recover` tells what it left"
        )
    return Entry(event, engine.clock.now(), run, spec)
