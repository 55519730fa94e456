"""Between our offsets and the protocol's positions, and between our answers and its shapes."""

from dataclasses import dataclass

from lsprotocol import types

from chant_ls.syntax.keeping import Kept
from chant_ls.syntax.text import Edit, Encoding, LineIndex, Span

index_of = Kept(LineIndex, 16)
"""Kept for the texts being worked on: an edit and the answers after it ask for the same."""


PlainRange = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Lines:
    """One text's positions in the negotiated encoding."""

    index: LineIndex
    encoding: Encoding

    def offset(self, position: types.Position) -> int:
        return self.index.offset(position.line, position.character, self.encoding)

    def span(self, range: types.Range) -> Span:
        return Span(self.offset(range.start), self.offset(range.end))

    def position(self, offset: int) -> types.Position:
        return types.Position(*self.index.position(offset, self.encoding))

    def range(self, span: Span) -> types.Range:
        return types.Range(self.position(span.start), self.position(span.end))

    def plain_range(self, span: Span) -> PlainRange:
        """The range as JSON."""
        ends = (self.index.position(at, self.encoding) for at in (span.start, span.end))
        start, end = ({"line": line, "character": column} for line, column in ends)
        return {"start": start, "end": end}

    def edit(self, edit: Edit) -> types.TextEdit:
        return types.TextEdit(self.range(edit.span), edit.new)
