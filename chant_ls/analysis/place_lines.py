"""The frontmatter read line by line, for half-typed and broken YAML."""

import re
from collections import deque
from dataclasses import dataclass

from chant_ls.model.fields import BY_NAME, Shape
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import Span, line_end, line_start

_KEY = re.compile(r"([ ]*)([\"']?)([A-Za-z_][\w-]*)\2[ \t]*:(?=[ \t]|\Z)[ \t]*")
_ITEM = re.compile(r"([ \t]*)-(?:[ \t]+|\Z)")
_INDENT = re.compile(r"[ \t]*")
_WORD = re.compile(r"[^\s:#]*")
_COMMENT = re.compile(r"(?:\A|(?<=[ \t]))#")
_BREAK = re.compile(r"\r\n|\n|\r")
_LISTS = frozenset({Shape.LIST, Shape.LIST_OR_TEXT})
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class LinePlace:
    """A place where a key could stand (`key_span`), or a value of `key` at `span`."""

    key: str
    span: Span
    parent: str = ""
    form: str = "scalar"
    index: int = 0
    key_span: Span | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def indent(self) -> int:
        match = _INDENT.match(self.text)
        return match.end() if match else 0


def at(document: Document, offset: int) -> LinePlace:
    """What stands at an offset of the frontmatter, by its line and those above it."""
    lines = _lines_up_to(document, offset)
    line, above = lines[-1], lines[:-1]
    flow = _flow(document, lines, offset)
    if flow is not None:
        return flow
    if item := _ITEM.match(line.text):
        return _item(line, above, item, offset)
    if key := _KEY.match(line.text):
        return _keyed(line, above, key, offset)
    return _loose(line, above, offset)


def _lines_up_to(document: Document, offset: int) -> list[_Line]:
    """The lines of the frontmatter down to that of the offset, that one whole."""
    text, front = document.text, document.frontmatter
    own = line_start(text, offset)
    lines = deque[_Line](maxlen=_MOST_LINES)
    start = min(front.inner.start if front else 0, own)
    for newline in _BREAK.finditer(text, start, own):
        lines.append(_Line(start, text[start : newline.start()]))
        start = newline.end()
    lines.append(_Line(own, text[own : line_end(text, own)]))
    return list(lines)


def _owner(above: list[_Line], indent: int) -> tuple[str, str, int]:
    """Key, parent and number of items in between, of the block that a line belongs to."""
    owner, items = "", 0
    for line in reversed(above):
        if _ITEM.match(line.text) and line.indent <= indent:
            items += not owner
            indent = min(indent, line.indent)
        elif (key := _KEY.match(line.text)) and key.end(1) <= indent:
            if owner:
                return owner, key[3], items
            owner, indent = key[3], key.end(1) - 1
            if indent < 0:
                break
    return owner, "", items


def _item(line: _Line, above: list[_Line], item: re.Match[str], offset: int) -> LinePlace:
    key, parent, index = _owner(above, item.end(1))
    span = _scalar_span(line, item.end())
    if offset <= line.start + item.end(1):
        span = Span(span.start, span.start)
    return LinePlace(key, span, parent, "block", index)


def _keyed(line: _Line, above: list[_Line], key: re.Match[str], offset: int) -> LinePlace:
    indent = key.end(1)
    parent = _owner(above, indent - 1)[0] if indent else ""
    name = Span(line.start + key.start(3), line.start + key.end(3))
    if offset <= name.end:
        return LinePlace(key[3], name, parent, key_span=name)
    return LinePlace(key[3], _scalar_span(line, key.end()), parent)


def _loose(line: _Line, above: list[_Line], offset: int) -> LinePlace:
    """A line with neither key nor dash: a key being typed, or an item that lacks its dash."""
    indent = min(line.indent, max(offset - line.start, 0))
    word = _WORD.match(line.text, indent)
    stop = word.end() if word else indent
    span = Span(line.start + indent, line.start + stop)
    key, parent, index = _owner(above, indent - 1) if indent else ("", "", 0)
    if key and not _is_map(key):
        listed = not parent and key in BY_NAME and BY_NAME[key].shape in _LISTS
        return LinePlace(key if listed else "", span, parent, "dashless", index)
    return LinePlace(line.text[indent:stop], span, key, key_span=span)


def _is_map(key: str) -> bool:
    return key in BY_NAME and bool(BY_NAME[key].rows)


def _scalar_span(line: _Line, start: int) -> Span:
    """The value that begins at a column of its line, without quotes and comment."""
    rest = line.text[start:]
    begin = line.start + start
    if rest[:1] in ("'", '"'):
        close = rest.find(rest[0], 1)
        return Span(begin + 1, begin + (close if close > 0 else len(rest.rstrip())))
    comment = _COMMENT.search(rest)
    plain = rest[: comment.start()] if comment else rest
    return Span(begin, begin + len(plain.rstrip()))


def _flow(document: Document, lines: list[_Line], offset: int) -> LinePlace | None:
    """The item of a `[…]` that is open before the offset, be it over several lines."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        key = _KEY.match(line.text)
        if key is None:
            continue
        start = line.start + key.end()
        if document.text[start : start + 1] != "[" or offset <= start:
            return None
        return _flow_item(document.text, start + 1, offset, key, lines[:place])
    return None


def _flow_item(
    text: str, start: int, offset: int, key: re.Match[str], above: list[_Line]
) -> LinePlace | None:
    before = text[start:offset]
    if "]" in before:
        return None
    begin = max(start + before.rfind(",") + 1, line_start(text, offset))
    end = min(_find(text, mark, offset) for mark in (",", "]", "\n", "\r"))
    while begin < offset and text[begin] in " \t\r\n\"'":
        begin += 1
    while end > max(begin, offset) and text[end - 1] in " \t\"'":
        end -= 1
    parent = _owner(above, key.end(1) - 1)[0] if key.end(1) else ""
    return LinePlace(key[3], Span(begin, end), parent, "flow", before.count(","))


def _find(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found
