"""From one place to another: definitions, references, links, names, symbols, the call hierarchy."""

from collections.abc import Awaitable
from functools import partial
from itertools import islice

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from chant_ls.analysis import navigation, renaming, symbols
from chant_ls.analysis.headings import heading_named
from chant_ls.analysis.types import Change
from chant_ls.lsp import edits, outline
from chant_ls.lsp.aside import aside
from chant_ls.lsp.convert import Lines
from chant_ls.lsp.project import Project
from chant_ls.lsp.protocol import REQUEST_FAILED
from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.session import View
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.text import LineIndex

LARGEST_READ = 1_000_000
"""Bytes of a file whose headings are looked for."""


Definition = types.Location | list[types.LocationLink]


def definition(
    ls: ChantServer, params: types.DefinitionParams
) -> Awaitable[Definition] | Definition | None:
    if (at := ls.session.at(params)) is None:
        return None
    view, offset = at
    found = navigation.definition(view.snapshot, view.path, offset)
    if found is None:
        return None
    if not found.heading:
        return _linked(ls, view, found, view.location(found.where))
    return _in_section(ls, view, found)


async def _in_section(ls: ChantServer, view: View, found: navigation.Target) -> Definition:
    where = await ls.pools.on_disk(view.project, _section, view, found)
    return _linked(ls, view, found, where)


def _linked(
    ls: ChantServer, view: View, found: navigation.Target, where: types.Location
) -> Definition:
    """With the whole name that leads there, for clients that underline it."""
    if not ls.client.definition_links:
        return where
    origin = view.lines.range(found.origin)
    return [types.LocationLink(where.uri, where.range, where.range, origin)]


def _section(view: View, target: navigation.Target) -> types.Location:
    """The heading in a file that is no spec, else the beginning of that file."""
    where, data = target.where, view.project.app.files.read(target.where.path, LARGEST_READ)
    text = data.decode("utf-8", errors="replace") if data else ""
    found = heading_named(parse(text, SpecId("document")).body.headings, target.heading)
    if found is None:
        return view.location(where)
    area = Lines(LineIndex(text), view.encoding).range(found.span)
    return types.Location(view.project.uri_of(where.path), area)


def references(
    ls: ChantServer, params: types.ReferenceParams
) -> Awaitable[list[types.Location]] | None:
    if (at := ls.session.at(params)) is None:
        return None
    return aside(ls, at[0], lambda: _references(*at, params.context.include_declaration))


def _references(view: View, offset: int, declaration: bool) -> list[types.Location]:
    found = navigation.references(view.snapshot, view.path, offset, declaration)
    return [view.location(one) for one in found]


def document_link(
    ls: ChantServer, params: types.DocumentLinkParams
) -> list[types.DocumentLink] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    found = navigation.links(view.snapshot, view.path)
    return [
        types.DocumentLink(view.lines.range(one.span), target=view.project.uri_of(one.path))
        for one in found
    ]


def prepare_rename(
    ls: ChantServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    if (at := ls.session.at(params)) is None:
        return None
    view, offset = at
    found = renaming.prepare_rename(view.snapshot, view.path, offset)
    if isinstance(found, Refusal):
        raise JsonRpcException(str(found), REQUEST_FAILED)
    return types.PrepareRenamePlaceholder(view.lines.range(found.span), found.text)


def rename(ls: ChantServer, params: types.RenameParams) -> Awaitable[types.WorkspaceEdit] | None:
    if (at := ls.session.at(params)) is None:
        return None
    return aside(ls, at[0], lambda: _renamed(ls, *at, params.new_name))


def _renamed(ls: ChantServer, view: View, offset: int, name: str) -> types.WorkspaceEdit:
    return _edit(ls, view, renaming.rename(view.snapshot, view.path, offset, name))


def _edit(ls: ChantServer, view: View, change: Change | Refusal) -> types.WorkspaceEdit:
    if isinstance(change, Refusal):
        raise JsonRpcException(str(change), REQUEST_FAILED)
    if not edits.possible(ls.client, change):
        raise JsonRpcException("this editor cannot make or rename files", REQUEST_FAILED)
    return edits.to_proto(view, ls.client, change)


def will_rename(
    ls: ChantServer, params: types.RenameFilesParams
) -> Awaitable[types.WorkspaceEdit | None] | None:
    """One edit for all files. A file that leaves its project takes no name along."""
    moves: dict[Project, dict[str, str]] = {}
    views: dict[Project, View] = {}
    for one in params.files:
        view, new = ls.session.view(one.old_uri), ls.session.path_of(one.new_uri)
        if view and new and ls.session.project_of(one.new_uri) is view.project:
            moves.setdefault(view.project, {})[view.path] = new
            views[view.project] = view
    return _will_rename(ls, views, moves) if moves else None


async def _will_rename(
    ls: ChantServer, views: dict[Project, View], moves: dict[Project, dict[str, str]]
) -> types.WorkspaceEdit | None:
    found = [
        await aside(ls, view, partial(_moved, ls, view, moves[project]))
        for project, view in views.items()
    ]
    return edits.joined([edit for edit in found if edit])


def _moved(ls: ChantServer, view: View, paths: dict[str, str]) -> types.WorkspaceEdit | None:
    change = renaming.will_rename(view.snapshot, paths)
    return _edit(ls, view, change) if change else None


def document_symbol(
    ls: ChantServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    found = symbols.document_symbols(view.file.document)
    return outline.nested(view, found) if ls.client.nested_symbols else outline.flat(view, found)


def workspace_symbol(
    ls: ChantServer, params: types.WorkspaceSymbolParams
) -> list[types.SymbolInformation]:
    found = (
        outline.hit(View(project, project.snapshot, one.where.path, ls.client.encoding), one)
        for project in ls.session.projects.values()
        for one in symbols.workspace_symbols(project.snapshot, params.query)
    )
    return list(islice(found, symbols.MOST_SYMBOLS))


def prepare_calls(
    ls: ChantServer, params: types.CallHierarchyPrepareParams
) -> list[types.CallHierarchyItem] | None:
    if (at := ls.session.at(params)) is None:
        return None
    view, offset = at
    id = navigation.subject(view.snapshot, view.path, offset)
    item = outline.call_item(view, id) if id else None
    return [item] if item else None


def incoming_calls(
    ls: ChantServer, params: types.CallHierarchyIncomingCallsParams
) -> Awaitable[list[types.CallHierarchyIncomingCall]] | None:
    if (asked := outline.asked(ls.session, params.item)) is None:
        return None
    view, id = asked
    return aside(
        ls, view, lambda: [*outline.incoming(view, navigation.incoming(view.snapshot, id))]
    )


def outgoing_calls(
    ls: ChantServer, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall] | None:
    if (asked := outline.asked(ls.session, params.item)) is None:
        return None
    view, id = asked
    return list(outline.outgoing(view, navigation.outgoing(view.snapshot, id)))
