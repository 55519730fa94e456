"""Tells the client what changed: at once for the text being typed, shortly after for the rest."""

import asyncio
from collections.abc import Collection, Iterator
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from chant_ls.analysis.affected import concerned
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.lsp.checks import Checked, Checks
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer
    from chant_ls.lsp.sheets import Report, SheetView

PAUSE = 0.1
"""Seconds of quiet before the files that depend on a change are checked again."""

LATEST = 0.2
"""Seconds after a change by which they are, however much follows it."""


class Due(NamedTuple):
    """`latest` is in the loop's time."""

    timer: asyncio.TimerHandle
    latest: float


class News(NamedTuple):
    """What happened since the snapshot `before`: specs whose facts or files changed, whether
    anything came from outside of the editor, and whether more may differ than these specs."""

    before: Snapshot
    paths: frozenset[str] = frozenset()
    outside: bool = False
    whole: bool = False


class Publisher:
    """Pushes diagnostics where the client cannot pull, asks it to pull again where it can.

    `settled` is set, and replaced by a new one, whenever diagnostics of other files may differ.
    """

    def __init__(self, server: "ChantServer") -> None:
        self._server = server
        self._checks: dict[Project, Checks] = {}
        self._ids = _serials()
        self._shown: dict[str, str] = {}
        self._due: dict[Project, Due] = {}
        self._news: dict[Project, News] = {}
        self.settled = asyncio.Event()

    def checked(self, view: View) -> Checked:
        """The diagnostics of a spec; a pull counts as shown."""
        checked = self.checks(view.project).of(view, self._server.client)
        for uri in self._uris(view):
            self._shown[uri] = checked.id
        return checked

    def checks(self, project: Project) -> Checks:
        return self._checks.setdefault(project, Checks(self._ids))

    def show(self, view: View) -> None:
        """Push this text's diagnostics, whether they changed or not: its version did."""
        if not self._server.client.pull:
            items = self.checked(view).items
            for uri in self._uris(view):
                self._push(uri, items)

    @staticmethod
    def _uris(view: View) -> tuple[str, ...]:
        return view.project.uris_of(view.path) or (view.project.uri_of(view.path),)

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
        self._happened(project, before, (path,), outside=False)

    def happened(
        self, project: Project, before: Snapshot, paths: Collection[str] = (), whole: bool = False
    ) -> None:
        """These files, runs or settings changed on disk, or anything (`whole`): soon look at what
        is shown."""
        self._happened(project, before, paths, outside=True, whole=whole)

    def _happened(
        self,
        project: Project,
        before: Snapshot,
        paths: Collection[str],
        outside: bool,
        whole: bool = False,
    ) -> None:
        news = self._news.get(project) or News(before)
        self._news[project] = News(
            news.before, news.paths.union(paths), news.outside or outside, news.whole or whole
        )
        loop = asyncio.get_running_loop()
        due = self._due.get(project)
        latest = due.latest if due else loop.time() + LATEST
        if due:
            due.timer.cancel()
        at = min(loop.time() + PAUSE, latest)
        self._due[project] = Due(loop.call_at(at, self._settle, project), latest)

    def drop(self, project: Project) -> None:
        self._checks.pop(project, None)
        self._news.pop(project, None)
        if due := self._due.pop(project, None):
            due.timer.cancel()
        self._wake()

    def _settle(self, project: Project) -> None:
        del self._due[project]
        news = self._news.pop(project)
        self._confirm(project, news)
        changed = [view for view in self._server.session.views(project) if self._differs(view)]
        if not self._server.client.pull:
            for view in changed:
                self.show(view)
            if news.outside:
                self._show_sheets(project)
        elif changed or news.outside:
            self._server.refresh(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        self._wake()
        self._server.drawings.settled(project)
        if not project.main:
            self._server.lists.settled(project)

    def _wake(self) -> None:
        self.settled.set()
        self.settled = asyncio.Event()

    def _confirm(self, project: Project, news: News) -> None:
        """What the news do not concern need not be checked again."""
        checks, now = self.checks(project), project.snapshot
        near = None if news.whole else concerned(news.before, now, news.paths)
        checks.moved(news.before, now)
        if near is not None:
            checks.confirm(news.before, now, near)
        if news.outside:
            checks.prune(now)

    def _differs(self, view: View) -> bool:
        checked = self.checks(view.project).of(view, self._server.client)
        return any(self._shown.get(uri) != checked.id for uri in self._uris(view))

    def _push(self, uri: str, items: tuple[types.Diagnostic, ...]) -> None:
        client, text = self._server.client, self._server.session.texts.get(uri)
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri, list(items), version=text.version if text and client.versions else None
            )
        )


def _serials() -> Iterator[str]:
    """Result ids that this server, and the one before it, never gave to anything else."""
    start = token_hex(4)
    return (f"{start}.{number}" for number in count(1))
