"""Places in a text and changes of it. Offsets count code points; LSP positions are lsp's affair."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code point offsets."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        """Whether a cursor at `offset` touches the span: its end counts."""
        return self.start <= offset <= self.end

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` by `new`."""

    span: Span
    new: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits. They must not overlap; their order tells only which of two
    insertions at the same place stands first, as in the protocol."""
    parts, at = list[str](), 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        parts += text[at : edit.span.start], edit.new
        at = edit.span.end
    return "".join((*parts, text[at:]))


class Encoding(StrEnum):
    """Unit of LSP columns."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


_BREAK = re.compile(r"\r\n|\n|\r")
_NEWLINE = re.compile(r"\n")
"""Found four times faster, and all there is in most texts."""
_NEWLINE_MARK = re.compile(r"[\r\n]")


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    newline = text.rfind("\n", 0, offset)
    return max(newline, text.rfind("\r", newline + 1, offset)) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its newline."""
    newline = _NEWLINE_MARK.search(text, offset)
    return newline.start() if newline else len(text)


class LineIndex:
    """Where the lines of a text begin, by the LSP rule: `\\n`, `\\r\\n` and `\\r` end a line, and
    nothing else does. Every answer is clamped into the text."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        breaks = _BREAK if "\r" in text else _NEWLINE
        self._starts = [0, *(match.end() for match in breaks.finditer(text))]

    @property
    def count(self) -> int:
        """Number of lines; a final newline is followed by an empty one."""
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        return max(bisect_right(self._starts, offset) - 1, 0)

    def line_start(self, line: int) -> int:
        return self._starts[min(max(line, 0), len(self._starts) - 1)]

    def line_end(self, line: int) -> int:
        """The offset behind the last character of the line, before its newline."""
        start = self.line_start(line)
        end = self._starts[line + 1] if 0 <= line < len(self._starts) - 1 else len(self._text)
        while end > start and self._text[end - 1] in "\r\n":
            end -= 1
        return end

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """(line, column), both from zero, the column in units of `encoding`."""
        line = self.line_of(min(max(offset, 0), len(self._text)))
        start = self.line_start(line)
        before = self._text[start : min(max(offset, start), self.line_end(line))]
        return line, _width(before, encoding)

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        """The code point offset of a position. A column within a character means its start."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        return start + _points(self._text[start : self.line_end(line)], max(column, 0), encoding)


def _width(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    if encoding is Encoding.UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _points(text: str, column: int, encoding: Encoding) -> int:
    if encoding is Encoding.UTF32 or text.isascii():
        return min(column, len(text))
    if encoding is Encoding.UTF8:
        return _whole_points(text, column, "utf-8", 1, _inside_utf8)
    return _whole_points(text, column, "utf-16-le", 2, _inside_utf16)


def _whole_points(
    text: str, column: int, codec: str, unit: int, inside: Callable[[bytes, int], bool]
) -> int:
    data = text.encode(codec, "surrogatepass")
    end = min(column * unit, len(data))
    while inside(data, end):
        end -= unit
    return len(data[:end].decode(codec, "surrogatepass"))


def _inside_utf8(data: bytes, at: int) -> bool:
    return at < len(data) and data[at] & 0xC0 == 0x80


def _inside_utf16(data: bytes, at: int) -> bool:
    low = at + 1 < len(data) and data[at + 1] & 0xFC == 0xDC
    return low and at >= 2 and data[at - 1] & 0xFC == 0xD8
