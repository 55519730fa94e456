"""Open files below `.chant` that are no specs, as one request sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from lsprotocol import types

from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.types import Action, Change
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.convert import Lines, index_of
from chant_ls.lsp.project import Project
from chant_ls.lsp.session import AtPosition, Session
from chant_ls.model.papers import paper_at
from chant_ls.syntax.text import Encoding


@dataclass(frozen=True, slots=True)
class SheetView:
    """What `View` is for a spec."""

    project: Project
    sheet: Sheet
    uri: str
    encoding: Encoding

    @property
    def lines(self) -> Lines:
        return Lines(index_of(self.sheet.text), self.encoding)


@dataclass(frozen=True, slots=True)
class Report:
    """`id` is the same for the same items."""

    id: str
    items: tuple[types.Diagnostic, ...]


def view_of(session: Session, uri: str) -> SheetView | None:
    """None for a text that is not open, or is none of these files."""
    text, project, path = session.texts.get(uri), session.project_of(uri), session.path_of(uri)
    kind = paper_at(path) if path else None
    if text is None or project is None or path is None or kind is None:
        return None
    sheet = Sheet(project.snapshot, path, kind, text.text)
    return SheetView(project, sheet, uri, session.client.encoding)


def closed(session: Session, project: Project) -> tuple[SheetView, ...]:
    """Those of a project that are not open, as they are on disk."""
    encoding, uri_of = session.client.encoding, project.folder.uri_of
    return tuple(
        SheetView(project, Sheet(project.snapshot, path, kind, text), uri_of(path), encoding)
        for path, text in project.papers.items()
        if path not in project.open_paths and (kind := paper_at(path))
    )


def at(session: Session, params: AtPosition) -> tuple[SheetView, int] | None:
    """The view that a request names, and the offset of its position."""
    view = view_of(session, params.text_document.uri)
    return None if view is None else (view, view.lines.offset(params.position))


def views(session: Session, project: Project) -> Iterator[SheetView]:
    """The open ones of a project."""
    for path in project.open_paths:
        if paper_at(path) and (view := view_of(session, project.uri_of(path))):
            yield view


def action(view: SheetView, client: Client, one: Action) -> types.CodeAction:
    """With its edit: of this one text."""
    from chant_ls.lsp.checks import to_proto

    change = one.change() if one.change else Change()
    made = [view.lines.edit(edit) for edit in change.edits.get(view.sheet.path, ())]
    text = types.OptionalVersionedTextDocumentIdentifier(
        uri=view.uri, version=view.project.version_of(view.sheet.path)
    )
    whole = client.document_changes
    return types.CodeAction(
        title=one.title,
        kind=one.kind.value,
        diagnostics=[to_proto(view, found, client) for found in one.fixes],
        is_preferred=True if one.preferred and client.action_preferred else None,
        edit=types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text, [*made])])
        if whole
        else types.WorkspaceEdit(changes={view.uri: made}),
    )


def report(view: SheetView, client: Client) -> Report:
    from chant_ls.analysis.papers.check import check
    from chant_ls.lsp.checks import to_proto

    found = check(view.sheet)
    items = tuple(to_proto(view, one, client) for one in found)
    said = repr([(one.code, one.severity, one.span, one.message) for one in found])
    return Report(f"sheet-{sha256(said.encode(errors='replace')).hexdigest()[:16]}", items)
