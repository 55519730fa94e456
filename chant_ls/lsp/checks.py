"""Diagnostics per file, kept while nothing that they may depend on has changed."""

from collections.abc import Iterable, Iterator
from operator import is_
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

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
"""All of a snapshot but texts and paths: diagnostics of a file depend on its text, on these, and on
what its path entries are."""


def world(snapshot: Snapshot) -> World:
    one = snapshot
    state = (one.graph, one.runs, one.config, one.prompts, one.foreign)
    return (*state, one.complete, one.today)


def _same(one: World, other: World) -> bool:
    """By identity: each part of a snapshot is a new object exactly when it changed."""
    return len(one) == len(other) and all(map(is_, one, other))


class Era:
    """The world that holds for many files: it is moved on for all of them at once."""

    def __init__(self, world: World) -> None:
        self.world = world


_OVER = Era(())


class Checked(NamedTuple):
    """`id` changes exactly when `items` do. `found` and `items` go together by place. `entries`
    are the path entries that were looked at, None where nobody kept them."""

    id: str
    items: tuple[types.Diagnostic, ...]
    found: tuple[Diagnostic, ...]
    file: SpecFile
    era: Era
    entries: frozenset[str] | None = None


class Checks:
    """The diagnostics of one project as they were last computed. `ids` are never given twice."""

    def __init__(self, ids: Iterator[str]) -> None:
        self._known: dict[str, Checked] = {}
        self._eras: WeakSet[Era] = WeakSet()
        self._ids = ids

    def of(self, view: View, client: Client) -> Checked:
        """The file's diagnostics now, computed only if something changed."""
        return self.known(view) or self.keep(view, found_in(view), client)

    def known(self, view: View) -> Checked | None:
        known = self._known.get(view.path)
        if known is None or known.file is not view.file:
            return None
        return known if _same(known.era.world, world(view.snapshot)) else None

    def keep(
        self,
        view: View,
        found: tuple[Diagnostic, ...],
        client: Client,
        entries: frozenset[str] | None = None,
    ) -> Checked:
        items = tuple(to_proto(view, one, client) for one in found)
        before = self._known.get(view.path)
        id = before.id if before and before.items == items else next(self._ids)
        era = self._era(world(view.snapshot)) if _same_paths(view, entries) else _OVER
        kept = Checked(id, items, found, view.file, era, entries)
        self._known[view.path] = kept
        return kept

    def _era(self, now: World) -> Era:
        era = next((one for one in self._eras if _same(one.world, now)), None) or Era(now)
        self._eras.add(era)
        return era

    def confirm(self, old: Snapshot, new: Snapshot, affected: Iterable[str]) -> None:
        """What was right in `old` is so in `new`, but for the affected files. Costs as much as is
        affected, not as much as is known."""
        before, after = world(old), world(new)
        for path in affected:
            if (known := self._known.get(path)) and _same(known.era.world, before):
                self._known[path] = known._replace(era=_OVER)
        for era in self._eras:
            if _same(era.world, before):
                era.world = after

    def moved(self, old: Snapshot, new: Snapshot) -> None:
        """Some path entries are something else on disk than they were."""
        for path in tuple(self._looking_at(_moved(old, new))):
            self._known[path] = self._known[path]._replace(era=_OVER)

    def _looking_at(self, entries: frozenset[str]) -> Iterator[str]:
        if entries:
            for path, known in self._known.items():
                if known.entries is None or known.entries & entries:
                    yield path

    def prune(self, snapshot: Snapshot) -> None:
        """Forget the files that are gone."""
        for path in [one for one in self._known if one not in snapshot.files]:
            del self._known[path]


def _same_paths(view: View, entries: frozenset[str] | None) -> bool:
    """Whether what was found of the view still holds for what is known of the disk by now."""
    then, now = view.snapshot.paths, view.project.snapshot.paths
    if then is now:
        return True
    return entries is not None and all(then.get(one) == now.get(one) for one in entries)


def _moved(old: Snapshot, new: Snapshot) -> frozenset[str]:
    """The path entries that are something else on disk than they were."""
    if old.paths is new.paths:
        return frozenset()
    before, after = dict(old.paths.items()), dict(new.paths.items())
    return frozenset(e for e in before.keys() | after.keys() if before.get(e) != after.get(e))


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
