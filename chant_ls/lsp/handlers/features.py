"""Questions about specs. Each handler finds the view, asks the analysis, converts the answer."""

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from lsprotocol import types

from chant_ls.analysis import completion as completing
from chant_ls.analysis import hover as hovering
from chant_ls.analysis.completion_values import ListDir
from chant_ls.analysis.papers import complete as paper_completion
from chant_ls.analysis.papers import hover as paper_hover
from chant_ls.lsp import answers, sheets
from chant_ls.lsp.aside import aside
from chant_ls.lsp.checks import Checked
from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.session import View
from chant_ls.lsp.survey import is_news, survey


def document_diagnostic(
    ls: ChantServer, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    uri = params.text_document.uri
    checked: Checked | sheets.Report
    if (view := ls.session.view(uri)) is not None:
        checked = ls.publisher.checked(view)
    elif (sheet := sheets.view_of(ls.session, uri)) is not None:
        checked = ls.publisher.read(sheet)
    else:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    if checked.id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=checked.id)
    return types.RelatedFullDocumentDiagnosticReport(
        items=list(checked.items), result_id=checked.id
    )


async def workspace_diagnostic(
    ls: ChantServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """A client that takes its answer in parts asks again and again: it gets one only when there is
    something that it does not know."""
    known = {one.uri: one.value for one in params.previous_result_ids}
    if params.partial_result_token is None:
        items = [one async for batch in survey(ls, known) for one in batch]
        return types.WorkspaceDiagnosticReport(items=items)
    while True:
        settled = ls.publisher.settled
        if await _streamed(ls, known, params.partial_result_token):
            return types.WorkspaceDiagnosticReport(items=[])
        await settled.wait()


async def _streamed(ls: ChantServer, known: Mapping[str, str], token: types.ProgressToken) -> bool:
    """Whether there was any news to send."""
    sent = False
    async for batch in survey(ls, known):
        if news := [one for one in batch if is_news(one)]:
            ls.partial(token, {"items": news})
            sent = True
    return sent


def hover(ls: ChantServer, params: types.HoverParams) -> types.Hover | None:
    if (at := ls.session.at(params)) is None:
        return _paper_hover(ls, params)
    view, offset = at
    found = hovering.hover(view.snapshot, view.path, offset, ls.now())
    return answers.hover(view, ls.client, found) if found else None


def _paper_hover(ls: ChantServer, params: types.HoverParams) -> types.Hover | None:
    if (at := sheets.at(ls.session, params)) is None:
        return None
    view, offset = at
    found = paper_hover.hover(view.sheet, offset)
    return answers.hover(view, ls.client, found) if found else None


def completion(
    ls: ChantServer, params: types.CompletionParams
) -> dict[str, Any] | Awaitable[dict[str, Any]] | None:
    """At once, but for a path in a folder that was not read lately."""
    if (at := ls.session.at(params)) is None:
        return _paper_completion(ls, params)
    view, unread = at[0], list[str]()

    def known(folder: str) -> tuple[str, ...]:
        names = ls.listings.known(view.project, folder)
        if names is None:
            unread.append(folder)
        return names or ()

    found = _completed(ls, *at, known)
    read = partial(ls.listings.read, view.project)
    return aside(ls, view, lambda: _completed(ls, *at, read)) if unread else found


def _completed(ls: ChantServer, view: View, offset: int, list_dir: ListDir) -> dict[str, Any]:
    found = completing.complete(view.snapshot, view.path, offset, list_dir)
    return answers.completions(view, ls.client, found)


def _paper_completion(ls: ChantServer, params: types.CompletionParams) -> dict[str, Any] | None:
    if (at := sheets.at(ls.session, params)) is None:
        return None
    view, offset = at
    return answers.completions(view, ls.client, paper_completion.complete(view.sheet, offset))


def resolve_completion(ls: ChantServer, params: types.CompletionItem) -> types.CompletionItem:
    asked = answers.completion_key(params)
    if asked and (project := ls.session.of_folder(asked.root)):
        markdown = completing.document_for(project.snapshot, asked.key)
        params.documentation = answers.documentation(ls.client, markdown)
    return params
