"""Builds nodes with spans from what a YAML reader meets, one thing after the other; bounded."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from chant_ls.syntax.nodes import Entry, Mapping, Node, Scalar, Sequence
from chant_ls.syntax.text import Span

MAX_DEPTH = 32
MAX_NODES = 20_000

_NEWLINE = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[ \t]*")
_COLON = re.compile(r"[ \t]*:")


class Fault(Exception):
    """What ends the reading, and the offset where; never leaves this package."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index
        self.message = message


@dataclass(slots=True)
class _Frame:
    """A collection being read; `key` is the key whose value comes next."""

    start: int
    flow: bool
    mapping: bool
    anchor: str | None = None
    items: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    key: Scalar | None = None

    @property
    def end(self) -> int:
        """Where the last thing read ends."""
        if self.mapping:
            return self.entries[-1].value.span.end if self.entries else self.start
        return self.items[-1].span.end if self.items else self.start

    def node(self, end: int) -> Mapping | Sequence:
        span = Span(self.start, max(end if self.flow else self.end, self.start))
        if self.mapping:
            return Mapping(tuple(self.entries), span, self.flow)
        return Sequence(tuple(self.items), span, self.flow)


@dataclass(slots=True)
class Builder:
    """`root` is the node of the document as soon as it is whole, or `abandon` was called."""

    text: str
    inner: Span
    root: Node | None = None
    _line_starts: list[int] = field(default_factory=list)
    _stack: list[_Frame] = field(default_factory=list)
    _anchors: dict[str, Node] = field(default_factory=dict)
    _nodes: int = 0

    def __post_init__(self) -> None:
        breaks = _NEWLINE.finditer(self.text, self.inner.start, self.inner.end)
        self._line_starts = [self.inner.start, *(match.end() for match in breaks)]

    def open(self, start: int, *, flow: bool, mapping: bool, anchor: str | None) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise Fault(start, f"values nested more than {MAX_DEPTH} deep are not read")
        if self._stack and self._stack[-1].mapping and self._stack[-1].key is None:
            raise Fault(start, "a key must be text")
        self._stack.append(_Frame(start, flow, mapping, anchor))

    def close(self, end: int) -> None:
        frame = self._stack.pop()
        self._add(frame.node(end), frame.anchor)

    def scalar(self, text: str, span: Span, quote: str, anchor: str | None) -> None:
        if quote in ("|", ">"):
            span = Span(span.start, span.start + len(span.of(self.text).rstrip()))
        elif not quote and span.start == span.end:
            span = _place(self.text, span.start, self.inner.end)
        self._add(Scalar(text, span, quote), anchor)

    def alias(self, name: str, span: Span) -> None:
        """Stands for text or a list of text; anything else could grow without bounds."""
        target = self._anchors.get(name)
        if isinstance(target, Scalar):
            self._add(Scalar(target.text, span, target.quote), None)
        elif isinstance(target, Sequence) and all(isinstance(i, Scalar) for i in target.items):
            self._nodes += len(target.items)
            self._add(Sequence(target.items, span, target.flow), None)
        else:
            raise Fault(span.start, f"`*{name}` names no text and no plain list")

    def abandon(self, end: int) -> None:
        """Closes what is open: collections that a fault cut off hold what was read of them."""
        self._nodes = 0
        while self._stack:
            key = self._stack[-1].key
            if key is not None:
                colon = _COLON.match(self.text, key.span.end)
                place = _place(self.text, colon.end() if colon else key.span.end, end)
                self._add(Scalar("", place), None)
            self.close(max(self._stack[-1].end, end))

    def _add(self, node: Node, anchor: str | None) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Fault(node.span.start, f"more than {MAX_NODES} values are not read")
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is not None:
            frame.entries.append(Entry(frame.key, node, self._lines(frame.key, node)))
            frame.key = None
        elif isinstance(node, Scalar):
            frame.key = node
        else:
            raise Fault(node.span.start, "a key must be text")

    def _lines(self, key: Scalar, value: Node) -> Span:
        starts = self._line_starts
        first = max(bisect_right(starts, key.span.start) - 1, 0)
        below = bisect_right(starts, value.span.end)
        return Span(starts[first], starts[below] if below < len(starts) else self.inner.end)


def _place(text: str, index: int, end: int) -> Span:
    """Where a value would stand that is not there: behind the blanks at `index`."""
    match = _BLANKS.match(text, index, end)
    at = match.end() if match else index
    return Span(at, at)
