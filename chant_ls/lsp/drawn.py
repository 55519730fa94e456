"""Lenses, hints, folds, selections and colours in the protocol's shapes."""

from collections.abc import Iterable

from lsprotocol import types

from chant_ls.analysis.hints import Hint
from chant_ls.analysis.lenses import Lens
from chant_ls.analysis.structure import Fold, FoldKind, Token, TokenKind
from chant_ls.analysis.types import Run
from chant_ls.lsp import wire
from chant_ls.lsp.capabilities import TOKEN_MODIFIERS, TOKEN_TYPES
from chant_ls.lsp.session import View
from chant_ls.model.spec import Status
from chant_ls.syntax.text import Span

_TYPES = {
    TokenKind.SPEC: TOKEN_TYPES.index("variable"),
    TokenKind.UNKNOWN: TOKEN_TYPES.index("variable"),
    TokenKind.STATUS: TOKEN_TYPES.index("enumMember"),
    TokenKind.CHECK: TOKEN_TYPES.index("property"),
}
_DONE = 1 << TOKEN_MODIFIERS.index("readonly")
_DEAD = 1 << TOKEN_MODIFIERS.index("deprecated")


def command(view: View, title: str, run: Run) -> types.Command:
    """A command that any client can send back; it names its project."""
    argument = {**_known(view, run), **run.arguments, "root": view.project.folder.uri}
    return types.Command(title, run.command, arguments=[argument])


def _known(view: View, run: Run) -> dict[str, object]:
    """Who decides is the user of this machine, unless the client asks."""
    if run.command not in ("chant.approve", "chant.reject"):
        return {}
    env = view.project.app.env
    return {"by": env.get("USER") or env.get("LOGNAME") or "someone"}


def lens(view: View, found: Lens, references: bool) -> types.CodeLens:
    """`references`: whether the client has a command that lists them. A lens without a command only
    tells; the empty one is how the protocol says so."""
    area = view.lines.range(found.span)
    if found.run:
        return types.CodeLens(area, command=command(view, found.title, found.run))
    if not (found.references and references):
        return types.CodeLens(area, command=types.Command(found.title, ""))
    at = {"uri": view.project.uri_of(view.path), "position": area.start}
    return types.CodeLens(
        area, command=types.Command(found.title, wire.LIST_REFERENCES, arguments=[at])
    )


def hint(view: View, found: Hint) -> types.InlayHint:
    position = view.lines.position(found.offset)
    return types.InlayHint(position=position, label=found.text, padding_left=True)


def fold(view: View, found: Fold) -> types.FoldingRange:
    area = view.lines.range(found.span)
    region = found.kind in (FoldKind.FRONTMATTER, FoldKind.SECTION)
    return types.FoldingRange(
        start_line=area.start.line,
        end_line=area.end.line,
        kind=types.FoldingRangeKind.Region if region else None,
    )


def selection(view: View, offset: int, spans: Iterable[Span]) -> types.SelectionRange:
    """The smallest first, each in the next. A place in no span selects nothing."""
    whole: types.SelectionRange | None = None
    for span in reversed([Span(offset, offset), *spans]):
        whole = types.SelectionRange(view.lines.range(span), parent=whole)
    assert whole is not None
    return whole


def tokens(view: View, found: Iterable[Token]) -> list[int]:
    """Five numbers a token: lines and columns from the one before, length, type, modifiers."""
    data: list[int] = []
    line = column = 0
    for token in found:
        start, end = view.lines.position(token.span.start), view.lines.position(token.span.end)
        if start.line != line:
            line, column, down = start.line, 0, start.line - line
        else:
            down = 0
        length = end.character - start.character
        data += [down, start.character - column, length, _TYPES[token.kind], _modifiers(token)]
        column = start.character
    return data


def _modifiers(token: Token) -> int:
    if token.kind is TokenKind.UNKNOWN or token.state == Status.CANCELLED:
        return _DEAD
    return _DONE if token.state == Status.COMPLETED else 0
