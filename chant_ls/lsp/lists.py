"""`chant/specs`: the lists that clients show, made beside the loop and told of when they change."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chant_ls.analysis.listing import Listing, listed, relisted
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.lsp.protocol import Encoded
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

TELL_EVERY = 0.5
"""Seconds between two notifications about a project at least: a client asks for all of it anew."""


class Lists:
    """`_given` is what the client was last given of each project, `_texts` the same as JSON."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._wanted = False
        self._known: dict[Project, Listing] = {}
        self._given: dict[Project, Mapping[SpecId, str]] = {}
        self._texts: dict[Project, str] = {}
        self._locks: dict[Project, asyncio.Lock] = {}
        self._telling: set[Project] = set()
        self._stirred: set[Project] = set()

    async def answer(self, projects: Iterable[Project]) -> Encoded:
        """The rows of these projects. The client shows them: from now on it is told of changes."""
        self._wanted = True
        texts = [await self._text(project) for project in projects]
        return Encoded(f"[{', '.join(filter(None, texts))}]")

    async def _text(self, project: Project) -> str:
        rows = (await self._current(project)).rows
        if self._given.get(project) is not rows or project not in self._texts:
            text = await self._server.pools.think(_joined, rows, project.folder.uri)
            self._given[project], self._texts[project] = rows, text
        return self._texts[project]

    async def _current(self, project: Project) -> Listing:
        async with self._locks.setdefault(project, asyncio.Lock()):
            known, snapshot = self._known.get(project), project.snapshot
            if known is None or known.snapshot is not snapshot:
                known = await self._server.pools.think(_made, known, snapshot)
                self._known[project] = known
            return known

    def settled(self, project: Project) -> None:
        """Something of the project changed: soon tell the client, if that changed a row."""
        if not self._wanted and not self._server.client.run_events:
            return
        self._stirred.add(project)
        if project not in self._telling:
            self._telling.add(project)
            self._server.spawn(self._tell(project))

    async def _tell(self, project: Project) -> None:
        try:
            while project in self._stirred:
                self._stirred.discard(project)
                if await self._differs(project):
                    self._notify(project)
                    await asyncio.sleep(TELL_EVERY)
        finally:
            self._telling.discard(project)

    async def _differs(self, project: Project) -> bool:
        """From what the client was given; it may be waiting for a first list."""
        given = self._given.get(project)
        return given is None or (await self._current(project)).rows != given

    def _notify(self, project: Project) -> None:
        self._server.protocol.notify(wire.SPECS_CHANGED, {"root": project.folder.uri})

    def drop(self, project: Project) -> None:
        """Its rows are no longer in any list."""
        for held in (self._known, self._given, self._texts, self._locks):
            held.pop(project, None)
        self._stirred.discard(project)
        if self._wanted or self._server.client.run_events:
            self._notify(project)


def _made(known: Listing | None, snapshot: Snapshot) -> Listing:
    return relisted(known, snapshot) if known else listed(snapshot)


def _joined(rows: Mapping[SpecId, str], uri: str) -> str:
    root = json.dumps(uri)
    return ", ".join(f'{row[:-1]}, "root": {root}}}' for row in rows.values())
