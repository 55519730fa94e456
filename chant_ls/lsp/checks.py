"""Diagnostics per file, kept until something that they may depend on has changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from lsprotocol import types

from chant_ls.analysis.snapshot import SpecFile
from chant_ls.analysis.types import Diagnostic, Severity
from chant_ls.lsp.session import View

_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """`id` changes exactly when `items` do."""

    id: str
    items: tuple[types.Diagnostic, ...]
    found: tuple[Diagnostic, ...]
    file: SpecFile


class Checks:
    """The diagnostics of one project as they were last computed."""

    def __init__(self) -> None:
        self._known: dict[str, Checked] = {}
        self._stale: set[str] = set()
        self._serial = count(1)

    def of(self, view: View, related: bool) -> Checked:
        """The file's diagnostics now, computed only if something changed."""
        known = self.known(view)
        return known or self.keep(view, found_in(view), related)

    def known(self, view: View) -> Checked | None:
        known = self._known.get(view.path)
        fresh = known is not None and known.file is view.file and view.path not in self._stale
        return known if fresh else None

    def keep(self, view: View, found: tuple[Diagnostic, ...], related: bool) -> Checked:
        items = tuple(to_proto(view, one, related) for one in found)
        before = self._known.get(view.path)
        id = before.id if before and before.items == items else str(next(self._serial))
        self._known[view.path] = Checked(id, items, found, view.file)
        self._stale.discard(view.path)
        return self._known[view.path]

    def forget(self, paths: Iterable[str] | None = None) -> None:
        """These files must be checked again; None means all."""
        self._stale.update(self._known if paths is None else paths)


def found_in(view: View) -> tuple[Diagnostic, ...]:
    """Runs the rules. Pure: may be called in any thread."""
    from chant_ls.analysis.check import check_document

    return check_document(view.snapshot, view.path)


def to_proto(view: View, found: Diagnostic, related: bool) -> types.Diagnostic:
    places = [one for one in found.related if one.where.path in view.snapshot.files]
    return types.Diagnostic(
        range=view.lines.range(found.span),
        message=found.message,
        severity=_SEVERITY[found.severity],
        code=found.code,
        source="chant",
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(
                    view.project.uri_of(one.where.path),
                    view.lines_of(one.where.path).range(one.where.span),
                ),
                one.message,
            )
            for one in places
        ]
        if related and places
        else None,
    )
