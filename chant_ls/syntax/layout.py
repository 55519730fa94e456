"""How a document is written: its line ends and indentation, and edits that keep to them."""

import re
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass

from chant_ls.syntax.nodes import Document, Entry, Mapping, Sequence
from chant_ls.syntax.text import Edit, Span, line_end, line_start

_BREAK = re.compile(r"\r\n|\n|\r")
_COLON = re.compile(r"[ \t]*:")
_COMMA = re.compile(r"[ \t]*,?[ \t]*")
_LINE_END = re.compile(r"(?:#[^\r\n]*)?(?:\r\n|\n|\r)")


@dataclass(frozen=True, slots=True)
class Place:
    """`indent` is that of the frontmatter's keys, `list_indent` what its lists add to it; `flow`:
    the whole frontmatter stands between braces."""

    text: str
    eol: str
    indent: str
    list_indent: str
    flow: bool

    def line_start(self, offset: int) -> int:
        return line_start(self.text, offset)

    def line_end(self, offset: int) -> int:
        return line_end(self.text, offset)

    def before(self, offset: int) -> str:
        """What stands left of `offset` on its line."""
        return self.text[self.line_start(offset) : offset]

    def lines(self, span: Span) -> Span:
        """The whole lines that a span touches, final newline included."""
        match = _BREAK.search(self.text, span.end)
        return Span(self.line_start(span.start), match.end() if match else len(self.text))

    def line_after(self, offset: int, line: str) -> Edit:
        """New lines below the one that holds `offset`; at the start of a line, above it."""
        if offset == 0 or self.text[offset - 1] in "\r\n":
            return Edit(Span(offset, offset), line + self.eol)
        match = _BREAK.search(self.text, offset)
        if match is None:
            return Edit(Span(len(self.text), len(self.text)), self.eol + line)
        return Edit(Span(match.end(), match.end()), line + self.eol)

    def fill(self, span: Span, new: str) -> Edit:
        """Replaces a value, with blanks around where an empty one stood against its neighbours."""
        before, after = self.text[span.start - 1 : span.start], self.text[span.end : span.end + 1]
        left = " " if before in (":", "-") else ""
        right = " " if after == "#" else ""
        return Edit(span, left + new + right if span.start == span.end else new)

    def without(self, spans: SequenceABC[Span], index: int) -> Span:
        """What to delete between brackets so that the rest stays a list; of what stands on a line
        of its own, that line."""
        own, comma = spans[index], _COMMA.match(self.text, spans[index].end)
        end = comma.end() if comma else own.end
        if len(spans) == 1:
            return Span(own.start, end)
        if not self.before(own.start).strip():
            rest = _LINE_END.match(self.text, end)
            return Span(self.line_start(own.start), rest.end()) if rest else Span(own.start, end)
        if index > 0:
            return Span(spans[index - 1].end, own.end)
        return Span(own.start, spans[1].start)

    def replace_value(self, entry: Entry, new: str) -> Edit:
        """Replaces all behind the colon of a block entry; a comment behind an empty value stays."""
        span = entry.value.span
        if span.start == span.end:
            end = self.line_end(span.end)
            return Edit(Span(span.end if end == span.end else end, end), new)
        colon = _COLON.match(self.text, entry.key.span.end)
        return Edit(Span(colon.end() if colon else entry.key.span.end, span.end), new)

    def add_to_flow(self, mapping: Mapping, new: str) -> Edit:
        if mapping.entries:
            end = mapping.entries[-1].value.span.end
            return Edit(Span(end, end), f", {new}")
        return Edit(Span(mapping.span.start + 1, mapping.span.start + 1), new)


def eol_of(text: str) -> str:
    """How its first line ends."""
    newline = _BREAK.search(text)
    return newline[0] if newline else "\n"


def of(document: Document) -> Place:
    text, front = document.text, document.frontmatter
    eol = eol_of(text)
    if front is None or front.mapping.flow or not front.mapping.entries:
        return Place(text, eol, "", "", bool(front and front.mapping.flow))
    place = Place(text, eol, "", "", False)
    indent = place.before(front.mapping.entries[0].key.span.start)
    lists = (e.value for e in front.mapping.entries)
    starts = (v.span.start for v in lists if isinstance(v, Sequence) and not v.flow)
    dash = next((place.before(start) for start in starts), indent)
    return Place(text, eol, indent, dash[len(indent) :], False)
