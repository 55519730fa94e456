"""Places in a text and changes of it. Offsets count code points; LSP positions are lsp's affair."""

from collections.abc import Iterable
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
    """The text after all edits. They must not overlap; their order does not matter."""
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        text = text[: edit.span.start] + edit.new + text[edit.span.end :]
    return text


class Encoding(StrEnum):
    """Unit of LSP columns."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"
