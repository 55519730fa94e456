"""Tells the client what changed: at once for the text being typed, shortly after for the rest."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from chant_ls.analysis.affected import affected
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.lsp.checks import Checked, Checks
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer
    from chant_ls.lsp.sheets import Report, SheetView

PAUSE = 0.1
"""Seconds of quiet before the files that depend on a change are checked again."""


_DECORATIONS = (
    types.WORKSPACE_CODE_LENS_REFRESH,
    types.WORKSPACE_INLAY_HINT_REFRESH,
    types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
)


class Edits(NamedTuple):
    """Specs whose facts changed since the snapshot `before`."""

    before: Snapshot
    paths: frozenset[str] = frozenset()

    def with_path(self, path: str) -> "Edits":
        return self._replace(paths=self.paths | {path})


class Publisher:
    """Pushes diagnostics where the client cannot pull, asks it to pull again where it can."""

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._checks: dict[Project, Checks] = {}
        self._shown: dict[str, str] = {}
        self._due: dict[Project, asyncio.TimerHandle] = {}
        self._edits: dict[Project, Edits | None] = {}

    def checked(self, view: View) -> Checked:
        """The diagnostics of a spec; a pull counts as shown."""
        checked = self.checks(view.project).of(view, self._server.client)
        self._shown[view.project.uri_of(view.path)] = checked.id
        return checked

    def checks(self, project: Project) -> Checks:
        return self._checks.setdefault(project, Checks())

    def show(self, view: View) -> None:
        """Push this text's diagnostics, whether they changed or not: its version did."""
        if not self._server.client.pull:
            uri = view.project.uri_of(view.path)
            self._push(uri, self.checked(view).items)

    def read(self, view: "SheetView") -> "Report":
        """The diagnostics of a file that is no spec; a pull counts as shown."""
        from chant_ls.lsp.sheets import report

        found = report(view, self._server.client)
        self._shown[view.uri] = found.id
        return found

    def show_sheet(self, view: "SheetView") -> None:
        if not self._server.client.pull:
            self._push(view.uri, self.read(view).items)

    def _show_sheets(self, project: Project) -> None:
        """Push those that something outside of them changed."""
        from chant_ls.lsp.sheets import views

        for view in views(self._server.session, project):
            before, now = self._shown.get(view.uri), self.read(view)
            if now.id != before:
                self._push(view.uri, now.items)

    def hide(self, uri: str) -> None:
        """A text was closed or is no spec any more: nothing of it stays in the client's list."""
        if self._shown.pop(uri, None) is not None and not self._server.client.pull:
            self._push(uri, ())

    def edited(self, project: Project, before: Snapshot, path: str) -> None:
        """The facts of one spec changed: soon look at the texts that this may concern."""
        waiting = self._edits.get(project, Edits(before))
        self._edits[project] = waiting and waiting.with_path(path)
        self._soon(project)

    def later(self, project: Project) -> None:
        """Runs, files or settings changed: soon look at everything that is shown."""
        self._edits[project] = None
        self._soon(project)

    def _soon(self, project: Project) -> None:
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
        edits = self._edits.pop(project, None)
        if edits is not None:
            self._confirm(project, edits)
        changed = [view for view in self._server.session.views(project) if self._differs(view)]
        if not self._server.client.pull:
            for view in changed:
                self.show(view)
            if edits is None:
                self._show_sheets(project)
        elif changed or edits is None:
            self._server.refresh(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        for method in _DECORATIONS:
            self._server.refresh(method)
        self._server.specs_changed(project)

    def _confirm(self, project: Project, edits: Edits) -> None:
        """What no edit concerns need not be checked again."""
        old, new = edits.before, project.snapshot
        concerned = {one for path in edits.paths for one in affected(old, new, path)}
        self.checks(project).confirm(old, new, concerned)

    def _differs(self, view: View) -> bool:
        checked = self.checks(view.project).of(view, self._server.client)
        return self._shown.get(view.project.uri_of(view.path)) != checked.id

    def _push(self, uri: str, items: tuple[types.Diagnostic, ...]) -> None:
        text = self._server.session.texts.get(uri)
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, list(items), version=text.version if text else None)
        )
