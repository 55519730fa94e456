"""Symbols and the dependency tree in the protocol's shapes."""

from collections.abc import Iterable, Iterator

from lsprotocol import types

from chant_ls.analysis.navigation import Call, title_of
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.symbols import Hit, Symbol, SymbolKind
from chant_ls.lsp import wire
from chant_ls.lsp.session import Session, View
from chant_ls.model.spec import SpecId
from chant_ls.syntax.text import Span

_KINDS = {
    SymbolKind.SPEC: types.SymbolKind.Module,
    SymbolKind.FIELD: types.SymbolKind.Property,
    SymbolKind.SECTION: types.SymbolKind.Namespace,
    SymbolKind.CRITERION: types.SymbolKind.Boolean,
}


def nested(view: View, found: Iterable[Symbol]) -> list[types.DocumentSymbol]:
    return [
        types.DocumentSymbol(
            name=_name(one),
            kind=_KINDS[one.kind],
            range=view.lines.range(one.span),
            selection_range=view.lines.range(one.name_span),
            detail=one.detail or None,
            children=nested(view, one.children),
        )
        for one in found
    ]


def flat(view: View, found: Iterable[Symbol]) -> list[types.SymbolInformation]:
    return list(_flat(view, found, None))


def _flat(
    view: View, found: Iterable[Symbol], container: str | None
) -> Iterator[types.SymbolInformation]:
    for one in found:
        where = types.Location(view.project.uri_of(view.path), view.lines.range(one.span))
        yield types.SymbolInformation(where, _name(one), _KINDS[one.kind], container_name=container)
        yield from _flat(view, one.children, _name(one))


def _name(symbol: Symbol) -> str:
    """Never empty: clients refuse that."""
    return symbol.name.strip() or "(nothing)"


def hit(view: View, found: Hit) -> types.SymbolInformation:
    name = f"{found.id} {found.title}".strip()
    where = view.location(found.where)
    return types.SymbolInformation(
        where, name, types.SymbolKind.Module, container_name=found.status
    )


def call_item(view: View, id: SpecId) -> types.CallHierarchyItem | None:
    where, facts = title_of(view.snapshot, id), view.snapshot.facts(id)
    if where is None or facts is None:
        return None
    area = view.lines_of(where.path).range(where.span)
    return types.CallHierarchyItem(
        name=f"{id} {facts.title}".strip(),
        kind=types.SymbolKind.Module,
        uri=view.project.uri_of(where.path),
        range=area,
        selection_range=area,
        detail=effective_status(view.snapshot, id).value.replace("_", " "),
        data={"root": view.project.folder.uri, "id": id},
    )


def asked(session: Session, item: types.CallHierarchyItem) -> tuple[View, SpecId] | None:
    """The spec of an item that we gave, as it stands now."""
    root, id = wire.member(item.data, "root"), wire.member(item.data, "id")
    project = session.of_folder(root) if isinstance(root, str) else None
    file = project.snapshot.find(id) if project and isinstance(id, str) else None
    view = session.view(project.uri_of(file.path)) if project and file else None
    return (view, view.file.facts.id) if view else None


def incoming(view: View, found: Iterable[Call]) -> Iterator[types.CallHierarchyIncomingCall]:
    for call in found:
        path = view.snapshot.graph.path_of(call.id)
        if (item := call_item(view, call.id)) and path:
            yield types.CallHierarchyIncomingCall(item, _ranges(view, path, call.spans))


def outgoing(view: View, found: Iterable[Call]) -> Iterator[types.CallHierarchyOutgoingCall]:
    for call in found:
        if item := call_item(view, call.id):
            ranges = _ranges(view, view.path, call.spans)
            yield types.CallHierarchyOutgoingCall(item, ranges)


def _ranges(view: View, path: str, spans: Iterable[Span]) -> list[types.Range]:
    return [view.lines_of(path).range(span) for span in spans]
