"""What follows when the client opens, edits or closes a text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chant_ls.lsp import sheets, watch
from chant_ls.lsp.project import Project
from chant_ls.model.papers import CONFIG_PATH

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer
    from chant_ls.lsp.session import View
    from chant_ls.lsp.texts import OpenText


def changed(ls: "ChantServer", text: "OpenText") -> None:
    """A text was opened or edited: its own diagnostics at once, others' a little later."""
    project = ls.session.project_of(text.uri)
    before = project.snapshot if project else None
    view = ls.session.put(text)
    if view is None:
        _no_spec(ls, text.uri)
        if project and before and before is not project.snapshot:
            ls.publisher.edited(project, before, ls.session.path_of(text.uri) or "")
        return
    ls.publisher.show(view)
    if before is not None and view.snapshot.graph is not before.graph:
        ls.publisher.edited(view.project, before, view.path)
    _look_up(ls, view)


def _no_spec(ls: "ChantServer", uri: str) -> None:
    if (sheet := sheets.view_of(ls.session, uri)) is None:
        ls.publisher.hide(uri)
        return
    ls.publisher.show_sheet(sheet)
    if sheet.sheet.path == CONFIG_PATH and not sheet.project.main:
        ls.spawn(_configure(ls, sheet.project))


def _look_up(ls: "ChantServer", view: "View") -> None:
    """What the text's path entries are on disk, if that is not known yet."""
    project = view.project
    if watch.wanted(project.snapshot, [view.path]) - project.snapshot.paths.keys():
        ls.spawn(_learn(ls, view))


async def _learn(ls: "ChantServer", view: "View") -> None:
    before = view.project.snapshot
    await learn(ls, view.project, [view.path])
    ls.publisher.happened(view.project, before)


async def learn(ls: "ChantServer", project: Project, paths: Sequence[str]) -> None:
    """Look up the path entries of these files that are not known yet; nobody is told."""
    entries = await ls.pools.think(watch.wanted, project.snapshot, paths)
    if unknown := entries - project.snapshot.paths.keys():
        project.learn(await ls.pools.on_disk(project, project.app.lookup, unknown))


async def _configure(ls: "ChantServer", project: Project) -> None:
    """What is written in the configuration counts before it is saved."""
    change = await ls.pools.on_disk(project, watch.papers, project.app, project.config_text)
    before = project.snapshot
    if project.absorb(change):
        ls.publisher.happened(project, before)


def closed(ls: "ChantServer", uri: str) -> None:
    """Nothing of it is shown any more; what is on disk counts again."""
    ls.publisher.hide(uri)
    if (project := ls.session.project_of(uri)) is None:
        return
    before = project.snapshot
    ls.session.drop(uri)
    ls.publisher.happened(project, before, [ls.session.path_of(uri) or ""])
    ls.look_now()
