"""Tells the client what changed: at once for the text being typed, shortly after for the rest."""

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.lsp.checks import Checked, Checks
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

PAUSE = 0.1
"""Seconds of quiet before the files that depend on a change are checked again."""


class Publisher:
    """Pushes diagnostics where the client cannot pull, asks it to pull again where it can."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._checks: dict[Project, Checks] = {}
        self._shown: dict[str, str] = {}
        self._due: dict[Project, asyncio.TimerHandle] = {}
        self._lists: dict[Project, bool] = {}

    def checked(self, view: View) -> Checked:
        """The diagnostics of a spec; a pull counts as shown."""
        checked = self.checks(view.project).of(view, self._server.client.related_information)
        self._shown[view.project.uri_of(view.path)] = checked.id
        return checked

    def checks(self, project: Project) -> Checks:
        return self._checks.setdefault(project, Checks())

    def show(self, view: View) -> None:
        """Push this text's diagnostics, whether they changed or not: its version did."""
        if not self._server.client.pull:
            uri = view.project.uri_of(view.path)
            self._push(uri, self.checked(view).items)

    def hide(self, uri: str) -> None:
        """A text was closed or is no spec any more: nothing of it stays in the client's list."""
        if self._shown.pop(uri, None) is not None and not self._server.client.pull:
            self._push(uri, ())

    def later(self, project: Project, everything: bool = False) -> None:
        """Facts, runs or files changed: look at what depends on them after a moment of quiet.
        `everything`: lenses and hints of all texts may have changed too."""
        self.checks(project).forget()
        self._lists[project] = self._lists.get(project, False) or everything
        if due := self._due.pop(project, None):
            due.cancel()
        loop = asyncio.get_running_loop()
        self._due[project] = loop.call_later(PAUSE, self._settle, project)

    def drop(self, project: Project) -> None:
        self._checks.pop(project, None)
        if due := self._due.pop(project, None):
            due.cancel()

    def _settle(self, project: Project) -> None:
        del self._due[project]
        everything = self._lists.pop(project, False)
        changed = [view for view in self._server.session.views(project) if self._differs(view)]
        if not self._server.client.pull:
            for view in changed:
                self.show(view)
        elif changed or everything:
            self._server.refresh(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        self._server.refresh(types.WORKSPACE_CODE_LENS_REFRESH)
        self._server.refresh(types.WORKSPACE_INLAY_HINT_REFRESH)
        self._server.refresh(types.WORKSPACE_SEMANTIC_TOKENS_REFRESH)
        self._server.specs_changed(project)

    def _differs(self, view: View) -> bool:
        checked = self.checks(view.project).of(view, self._server.client.related_information)
        return self._shown.get(view.project.uri_of(view.path)) != checked.id

    def _push(self, uri: str, items: tuple[types.Diagnostic, ...]) -> None:
        text = self._server.session.texts.get(uri)
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, list(items), version=text.version if text else None)
        )
