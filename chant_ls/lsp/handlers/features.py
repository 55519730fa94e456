"""Questions about specs. Each handler finds the view, asks the analysis, converts the answer."""

from lsprotocol import types

from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.survey import survey


def document_diagnostic(
    ls: ChantServer, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    view = ls.session.view(params.text_document.uri)
    if view is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    checked = ls.publisher.checked(view)
    if checked.id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=checked.id)
    return types.RelatedFullDocumentDiagnosticReport(
        items=list(checked.items), result_id=checked.id
    )


async def workspace_diagnostic(
    ls: ChantServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    known = {one.uri: one.value for one in params.previous_result_ids}
    items: list[types.WorkspaceDocumentDiagnosticReport] = []
    async for batch in survey(ls, known):
        if params.partial_result_token is None:
            items += batch
        else:
            ls.partial(params.partial_result_token, {"items": batch})
    return types.WorkspaceDiagnosticReport(items=items)
