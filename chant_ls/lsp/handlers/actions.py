"""Code actions: what can be done here, and what cannot and why."""

from collections.abc import Awaitable
from functools import partial

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from chant_ls.analysis.actions import actions
from chant_ls.lsp import offers
from chant_ls.lsp.aside import aside
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.session import View


def code_action(
    ls: ChantServer, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return _of_sheet(ls, params)
    checked = ls.publisher.checked(view)
    span = view.lines.span(params.range)
    found = actions(view.snapshot, view.path, span, checked.found)
    asked = offers.Asked(view, ls.client, checked, span, params.context.only)
    return list(offers.offered(asked, found))


def _of_sheet(
    ls: ChantServer, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command] | None:
    """Quick fixes of a file that is no spec: few and cheap, so they come whole."""
    from chant_ls.analysis.papers.fixes import fixes
    from chant_ls.lsp import sheets

    view = sheets.view_of(ls.session, params.text_document.uri)
    if view is None or not ls.client.action_literals:
        return None
    found = fixes(view.sheet, view.lines.span(params.range))
    wanted = (one for one in found if offers.wanted(one, params.context.only))
    return [sheets.action(view, ls.client, one) for one in wanted]


def resolve_action(ls: ChantServer, params: types.CodeAction) -> Awaitable[types.CodeAction]:
    key = offers.key_of(params)
    view = ls.session.view(key.uri) if key else None
    if key is None or view is None or view.project.version_of(view.path) != key.version:
        raise JsonRpcContentModified()
    return aside(ls, view, partial(_resolved, view, ls.client, params, key))


def _resolved(
    view: View, client: Client, action: types.CodeAction, key: offers.Key
) -> types.CodeAction:
    found = actions(view.snapshot, view.path, key.span)
    if (whole := offers.resolved(view, client, action, key, found)) is None:
        raise JsonRpcContentModified()
    return whole
