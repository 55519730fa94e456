"""Where a cursor stands among half-typed keys and values: told by lines, so YAML may be broken."""

import re
from dataclasses import dataclass

from chant_ls.syntax.text import Span

_LINE_START = re.compile(r"[\r\n]")
_COMMENT = re.compile(r"(?:\A|\s)#")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_REST = re.compile(r"(?!#)[^\s,:{}\[\]\"']*")
_KEY = re.compile(r"(\s*+)((?:-\s++)*+)([^\s:#{}\[\],\"'][^:{}\[\],]*+):(?=\s|\Z)")
_INDENT = re.compile(r"(\s*(?:-\s+)*)")


@dataclass(frozen=True, slots=True)
class Typing:
    """`keys` lead to the map whose key is typed, or to the `value` that is. `span` is replaced."""

    keys: tuple[str, ...]
    value: bool
    span: Span


def typing_at(text: str, inner: Span, offset: int) -> Typing | None:
    """`inner` is the frontmatter between its fences. None in a comment."""
    lines = _LINE_START.split(text[inner.start : offset])
    last, above = lines[-1], lines[:-1]
    if _COMMENT.search(_QUOTED.sub("", last)):
        return None
    lead = _INDENT.match(last)
    indent = lead.end() if lead else 0
    path, segment = _flow(last[indent:])
    rest = _REST.match(text, offset)
    end = rest.end() if rest else offset
    keys = (*_parents(above, indent), *path)
    key, colon, value = segment.partition(":")
    if colon:
        return Typing((*keys, _bare(key)), True, Span(offset - len(value.lstrip(" \t\"'")), end))
    start = offset - len(segment.lstrip(" \t\"'"))
    return Typing(keys, False, Span(start, end))


def _parents(above: list[str], indent: int) -> tuple[str, ...]:
    """The keys that less and less indented lines open, outermost first."""
    found: list[str] = []
    for line in reversed(above):
        match = _KEY.match(line)
        if match and match.start(3) < indent:
            indent = match.start(3)
            found.append(match[3].rstrip())
    return tuple(reversed(found))


def _flow(line: str) -> tuple[list[str], str]:
    """The keys of open braces, and what stands behind the last bracket or comma."""
    path: list[str] = []
    start = 0
    for at, mark in enumerate(line):
        if mark in "{[":
            path.append(_bare(line[start:at].partition(":")[0]))
        elif mark in "}]" and path:
            path.pop()
        elif mark != ",":
            continue
        start = at + 1
    return [key for key in path if key], line[start:]


def _bare(key: str) -> str:
    return key.strip(" \t\"'")
