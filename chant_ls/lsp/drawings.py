"""What is drawn on open texts: the client is asked to draw anew only where that changes a thing."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.analysis import hints, lenses, structure
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

Drawn = tuple[Hashable, ...]
"""What is drawn on one text, without the places: the client asks by itself when these change."""


def _lenses(view: View) -> Drawn:
    found = lenses.lenses(view.snapshot, view.path)
    return tuple((one.title, one.run and one.run.command) for one in found)


def _hints(view: View) -> Drawn:
    return tuple(one.text for one in hints.hints(view.snapshot, view.path))


def _tokens(view: View) -> Drawn:
    found = structure.tokens(view.snapshot, view.path)
    return tuple((one.kind, one.state) for one in found)


_KINDS: dict[str, Callable[[View], Drawn]] = {
    types.WORKSPACE_CODE_LENS_REFRESH: _lenses,
    types.WORKSPACE_INLAY_HINT_REFRESH: _hints,
    types.WORKSPACE_SEMANTIC_TOKENS_REFRESH: _tokens,
}

_ByPath = dict[str, Drawn]


class Drawings:
    """What stood on the open texts of each project when it was last looked at."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._last: dict[tuple[Project, str], _ByPath] = {}

    def settled(self, project: Project) -> None:
        """Something of the project changed: soon have anew what looks different."""
        views = tuple(self._server.session.views(project))
        for method, draw in _KINDS.items():
            if method in self._server.client.refresh and views:
                self._server.spawn(self._compare(project, method, draw, views))

    async def _compare(
        self, project: Project, method: str, draw: Callable[[View], Drawn], views: tuple[View, ...]
    ) -> None:
        now = await self._server.pools.think(lambda: {view.path: draw(view) for view in views})
        before = self._last.get((project, method), {})
        self._last[project, method] = now
        if any(path not in before or before[path] != one for path, one in now.items()):
            self._server.refresh(method)

    def drop(self, project: Project) -> None:
        for method in _KINDS:
            self._last.pop((project, method), None)
