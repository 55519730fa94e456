"""What is drawn on a text: lenses, hints, folds, selections, colours."""

from lsprotocol import types

from chant_ls.analysis import hints, lenses, structure
from chant_ls.analysis.types import Run
from chant_ls.lsp import drawn, wire
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.server import ChantServer


def code_lens(ls: ChantServer, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    found = lenses.lenses(view.snapshot, view.path)
    return [
        drawn.lens(view, one, ls.client.references)
        for one in found
        if _possible(ls.client, one.run)
    ]


def _possible(client: Client, run: Run | None) -> bool:
    """A lens cannot be shown as disabled: one that would be refused is left out."""
    return run is None or client.trusted or not wire.starts_processes(run.command, run.arguments)


def inlay_hint(ls: ChantServer, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    found = hints.hints(view.snapshot, view.path, view.lines.span(params.range))
    return [drawn.hint(view, one) for one in found]


def folding_range(
    ls: ChantServer, params: types.FoldingRangeParams
) -> list[types.FoldingRange] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    return [drawn.fold(view, one) for one in structure.folds(view.file.document)]


def selection_range(
    ls: ChantServer, params: types.SelectionRangeParams
) -> list[types.SelectionRange] | None:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return None
    offsets = [view.lines.offset(position) for position in params.positions]
    document = view.file.document
    return [drawn.selection(view, at, structure.selections(document, at)) for at in offsets]


def semantic_tokens(ls: ChantServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    if (view := ls.session.view(params.text_document.uri)) is None:
        return types.SemanticTokens([])
    return types.SemanticTokens(drawn.tokens(view, structure.tokens(view.snapshot, view.path)))
