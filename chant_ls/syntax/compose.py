"""Several rounds of edits of one text as one."""

from collections import deque
from collections.abc import Iterable, Iterator

from chant_ls.syntax.text import Edit, Span

Piece = Span | str
"""What a text consists of: stretches of an older one, and what was put between them."""


def uncut(text: str) -> list[Piece]:
    return [Span(0, len(text))]


def edited(pieces: Iterable[Piece], edits: Iterable[Edit]) -> list[Piece]:
    """The pieces of a text after edits of that text, which do not overlap."""
    ordered = sorted(edits, key=lambda edit: edit.span)
    cuts = {place for edit in ordered for place in (edit.span.start, edit.span.end)}
    parts = deque(_cut(pieces, deque(sorted(cuts))))
    found: list[Piece] = []
    for edit in ordered:
        while parts and parts[0][0] < edit.span.start:
            found.append(parts.popleft()[1])
        while parts and parts[0][0] < edit.span.end:
            parts.popleft()
        found.append(edit.new)
    return found + [piece for _, piece in parts]


def _cut(pieces: Iterable[Piece], cuts: deque[int]) -> Iterator[tuple[int, Piece]]:
    """Each piece with the offset where it begins, parted so that no cut lies within one."""
    at = 0
    for piece in pieces:
        start, end = at, at + _width(piece)
        while cuts and cuts[0] < end:
            if (cut := cuts.popleft()) > at:
                yield at, _part(piece, at - start, cut - start)
                at = cut
        if at < end:
            yield at, _part(piece, at - start, end - start)
        at = end


def _width(piece: Piece) -> int:
    return len(piece) if isinstance(piece, str) else piece.end - piece.start


def _part(piece: Piece, start: int, end: int) -> Piece:
    if isinstance(piece, str):
        return piece[start:end]
    return Span(piece.start + start, piece.start + end)


def edits_of(pieces: Iterable[Piece], old: str) -> tuple[Edit, ...]:
    """The edits of the old text that make what the pieces say, in order, none without effect."""
    behind = Span(len(old), len(old))
    found: list[Edit] = []
    at, new = 0, ""
    for piece in (*pieces, behind):
        if isinstance(piece, str):
            new += piece
            continue
        if old[at : piece.start] != new:
            found.append(Edit(Span(at, piece.start), new))
        at, new = piece.end, ""
    return tuple(found)
