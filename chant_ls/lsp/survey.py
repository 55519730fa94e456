"""The diagnostics of a whole project, a few files at a time, in a thread beside the event loop."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from chant_ls.analysis.types import Diagnostic
from chant_ls.lsp.checks import Checked, found_in
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View
from chant_ls.lsp.sheets import view_of
from chant_ls.lsp.watch import wanted

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

BATCH = 64
"""Files: small enough for one to be left when the project changes or the client cancels."""

Report = types.WorkspaceDocumentDiagnosticReport


async def survey(ls: "ChantServer", known: Mapping[str, str]) -> AsyncIterator[list[Report]]:
    """`known` are result ids by URI. Specs without findings that the client never heard of are
    left out; files it heard of that are gone are cleared."""
    told: set[str] = set()
    for project in tuple(ls.session.projects.values()):
        paths = sorted(project.snapshot.files)
        for start in range(0, len(paths), BATCH):
            batch = await _checked(ls, project, paths[start : start + BATCH])
            told.update(view.project.uri_of(view.path) for view, _ in batch)
            if reports := [r for view, one in batch if (r := _report(ls, view, one, known))]:
                yield reports
    if lost := [_cleared(uri) for uri in known if uri not in told and not view_of(ls.session, uri)]:
        yield lost


async def _checked(
    ls: "ChantServer", project: Project, paths: list[str]
) -> list[tuple[View, Checked]]:
    """All of the batch as the project stands now; what changes meanwhile is checked anew later."""
    await _looked_up(ls, project, paths)
    checks, snapshot = ls.publisher.checks(project), project.snapshot
    views = [
        View(project, snapshot, path, ls.client.encoding)
        for path in paths
        if path in snapshot.files
    ]
    missing = [view for view in views if checks.known(view) is None]
    found = await ls.pools.think(_all_found, missing) if missing else []
    if project.snapshot is snapshot:
        for view, diagnostics in zip(missing, found, strict=True):
            checks.keep(view, diagnostics, ls.client)
    now = [view.now() for view in views if view.path in project.snapshot.files]
    return [(view, checks.of(view, ls.client)) for view in now]


async def _looked_up(ls: "ChantServer", project: Project, paths: list[str]) -> None:
    snapshot = project.snapshot
    entries = await ls.pools.think(wanted, snapshot, paths)
    if unknown := entries - project.snapshot.paths.keys():
        project.learn(await ls.pools.on_disk(project, project.app.lookup, unknown))


def _all_found(views: list[View]) -> list[tuple[Diagnostic, ...]]:
    return [found_in(view) for view in views]


def _report(
    ls: "ChantServer", view: View, checked: Checked, known: Mapping[str, str]
) -> Report | None:
    uri = view.project.uri_of(view.path)
    if known.get(uri) == checked.id:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=checked.id)
    if not checked.items and uri not in known:
        return None
    text = ls.session.texts.get(uri)
    version = text.version if text else None
    return types.WorkspaceFullDocumentDiagnosticReport(
        uri=uri, items=list(checked.items), version=version, result_id=checked.id
    )


def _cleared(uri: str) -> Report:
    return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=[])
