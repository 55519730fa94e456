"""The diagnostics of whole projects, a few files at a time. What is known costs no parsing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from chant_ls.analysis.types import Diagnostic
from chant_ls.lsp import sheets
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.checks import Checked, found_in
from chant_ls.lsp.intake import learn
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import View
from chant_ls.lsp.watch import wanted

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

log = logging.getLogger(__name__)

BATCH = 64
"""Files: small enough for one to be left when the project changes or the client cancels."""

Report = types.WorkspaceDocumentDiagnosticReport


class Found(NamedTuple):
    """The diagnostics of a file, and the path entries that they depend on."""

    diagnostics: tuple[Diagnostic, ...]
    entries: frozenset[str]


async def survey(ls: "ChantServer", known: Mapping[str, str]) -> AsyncIterator[list[Report]]:
    """`known` are result ids by URI. Specs without findings that the client never heard of are
    left out; files it heard of that are gone are cleared."""
    told: set[str] = set()
    for project in tuple(ls.session.projects.values()):
        paths = sorted(project.snapshot.files)
        for start in range(0, len(paths), BATCH):
            batch = await _checked(ls, project, paths[start : start + BATCH])
            named = [(view.project.uri_of(view.path), one) for view, one in batch]
            told.update(uri for uri, _ in named)
            yield [r for uri, one in named if (r := _report(ls, uri, one, known))]
        papers = await ls.pools.think(_sheets, sheets.closed(ls.session, project), ls.client)
        told.update(uri for uri, _ in papers)
        yield [r for uri, one in papers if (r := _report(ls, uri, one, known))]
    if lost := [_cleared(uri) for uri in known if uri not in told and not _open(ls, uri)]:
        yield lost


def _open(ls: "ChantServer", uri: str) -> bool:
    """Whether it has diagnostics of its own: a sheet, a text in a linked worktree."""
    return bool(sheets.view_of(ls.session, uri) or ls.session.view(uri))


def is_news(report: Report) -> bool:
    return isinstance(report, types.WorkspaceFullDocumentDiagnosticReport)


async def _checked(
    ls: "ChantServer", project: Project, paths: list[str]
) -> list[tuple[View, Checked]]:
    """All of the batch as the project stands now; what changes meanwhile is checked anew later."""
    checks, views = ls.publisher.checks(project), _views(ls, project, paths)
    found = [(view, checks.known(view)) for view in views]
    known = [(view, one) for view, one in found if one]
    missing = [view.path for view, one in found if not one]
    if not missing:
        await asyncio.sleep(0)
        return known
    return [*known, *await _check(ls, project, missing)]


def _views(ls: "ChantServer", project: Project, paths: list[str]) -> list[View]:
    snapshot, encoding = project.snapshot, ls.client.encoding
    return [View(project, snapshot, path, encoding) for path in paths if path in snapshot.files]


async def _check(
    ls: "ChantServer", project: Project, paths: list[str]
) -> list[tuple[View, Checked]]:
    await learn(ls, project, paths)
    views, checks = _views(ls, project, paths), ls.publisher.checks(project)
    found = zip(views, await ls.pools.think(_all_found, views), strict=True)
    return [(v, checks.keep(v, one.diagnostics, ls.client, one.entries)) for v, one in found if one]


def _all_found(views: list[View]) -> list[Found | None]:
    return [_found(view) for view in views]


def _found(view: View) -> Found | None:
    """None where it fails: a fault of ours in one file loses the diagnostics of no other."""
    try:
        return Found(found_in(view), wanted(view.snapshot, [view.path]))
    except Exception:
        log.exception("%r cannot be checked", view.path)
        return None


def _sheets(views: tuple[sheets.SheetView, ...], client: Client) -> list[tuple[str, sheets.Report]]:
    return [(one.uri, sheets.report(one, client)) for one in views]


def _report(
    ls: "ChantServer", uri: str, checked: Checked | sheets.Report, known: Mapping[str, str]
) -> Report | None:
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
