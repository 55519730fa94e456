"""Diagnostics per file, kept while nothing that they may depend on has changed."""

from collections.abc import Container
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Diagnostic, Severity
from chant_ls.lsp import pages
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.sheets import SheetView

_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}

World = tuple[object, ...]
"""All of a snapshot but the texts: diagnostics of a file depend on its text and on these."""


def world(snapshot: Snapshot) -> World:
    one = snapshot
    state = (one.graph, one.runs, one.config, one.prompts, one.paths, one.foreign)
    return (*state, one.complete, one.today)


def _same(one: World, other: World) -> bool:
    """By identity: each part of a snapshot is a new object exactly when it changed."""
    return all(a is b for a, b in zip(one, other, strict=True))


class Checked(NamedTuple):
    """`id` changes exactly when `items` do. `found` and `items` go together by place."""

    id: str
    items: tuple[types.Diagnostic, ...]
    found: tuple[Diagnostic, ...]
    file: SpecFile
    world: World


class Checks:
    """The diagnostics of one project as they were last computed."""

    def __init__(self) -> None:
        self._known: dict[str, Checked] = {}
        self._serial = count(1)

    def of(self, view: View, client: Client) -> Checked:
        """The file's diagnostics now, computed only if something changed."""
        return self.known(view) or self.keep(view, found_in(view), client)

    def known(self, view: View) -> Checked | None:
        known = self._known.get(view.path)
        if known is None or known.file is not view.file:
            return None
        return known if _same(known.world, world(view.snapshot)) else None

    def keep(self, view: View, found: tuple[Diagnostic, ...], client: Client) -> Checked:
        items = tuple(to_proto(view, one, client) for one in found)
        before = self._known.get(view.path)
        id = before.id if before and before.items == items else str(next(self._serial))
        kept = Checked(id, items, found, view.file, world(view.snapshot))
        self._known[view.path] = kept
        return kept

    def confirm(self, old: Snapshot, new: Snapshot, affected: Container[str]) -> None:
        """What was right in `old` is so in `new`, but for the affected files."""
        before, after = world(old), world(new)
        for path, known in self._known.items():
            if path not in affected and _same(known.world, before):
                self._known[path] = known._replace(world=after)


def found_in(view: View) -> tuple[Diagnostic, ...]:
    """Runs the rules. Pure: may be called in any thread."""
    from chant_ls.analysis.check import check_document

    return check_document(view.snapshot, view.path)


def to_proto(view: "View | SheetView", found: Diagnostic, client: Client) -> types.Diagnostic:
    return types.Diagnostic(
        range=view.lines.range(found.span),
        message=found.message,
        severity=_SEVERITY[found.severity],
        code=found.code,
        code_description=pages.description(found.code) if client.code_description else None,
        source="chant",
        related_information=_related(view, found) or None
        if client.related_information and isinstance(view, View)
        else None,
    )


def _related(view: View, found: Diagnostic) -> list[types.DiagnosticRelatedInformation]:
    return [
        types.DiagnosticRelatedInformation(view.location(one.where), one.message)
        for one in found.related
        if one.where.path in view.snapshot.files
    ]
