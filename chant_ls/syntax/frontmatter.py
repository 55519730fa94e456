"""The block between the `---` lines: fences by line, YAML into nodes with spans."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from chant_ls.syntax.keeping import Kept
from chant_ls.syntax.nodes import Entry, Frontmatter, Mapping, Node, Problem, Sequence
from chant_ls.syntax.text import Span
from chant_ls.syntax.yaml_nodes import compose

MAX_SIZE = 256_000
"""Code points of YAML that are read at all."""

MAX_PROBLEMS = 10
MAX_BLOCKS = 500

_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"(?:\r\n|\n|\r)(---[ \t]*)(\r\n|\n|\r|\Z)")
_BODY_LINE = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
_TOP_LEVEL = re.compile(r"(?:(?<=[\r\n])|\A)(?:[^\s#\-\]}]|-[^\s])")


class Read(NamedTuple):
    """What `read` found: the block or None, the offset where the body begins, the problems."""

    frontmatter: Frontmatter | None
    body_start: int
    problems: tuple[Problem, ...] = ()


def read(text: str) -> Read:
    opening = _OPENING.match(text)
    if opening is None:
        return Read(None, 1 if text.startswith("\ufeff") else 0)
    closing = _CLOSING.search(text, len(opening[0].rstrip("\r\n")))
    if closing is None:
        return _unclosed(text, opening)
    front, problems = _closed(text[: closing.end(1)], opening.end(), closing.start(1))
    return Read(front, closing.end(), problems)


def _read_closed(text: str, start: int, end: int) -> tuple[Frontmatter, tuple[Problem, ...]]:
    inner = Span(start, end)
    mapping, problems = read_mapping(text, inner)
    broken = any(problem.code == "yaml-syntax" for problem in problems)
    return Frontmatter(Span(0, len(text)), inner, mapping, True, broken), problems


_closed = Kept(_read_closed, 64)
"""While somebody types in the body, the frontmatter stays the same."""


def _unclosed(text: str, opening: re.Match[str]) -> Read:
    """Takes what stands before the first heading for frontmatter, so that completion works in it
    while the second fence is not yet typed."""
    heading = _BODY_LINE.search(text, opening.end())
    end = heading.start() if heading else len(text)
    inner = Span(opening.end(), end)
    mapping, _ = read_mapping(text, inner)
    front = Frontmatter(Span(0, end), inner, mapping, closed=False)
    fence = Span(0, len(opening[0].rstrip("\r\n")))
    problem = Problem("frontmatter-unclosed", fence, "no second `---` line ends this frontmatter")
    return Read(front, end, (problem,))


def read_mapping(text: str, inner: Span) -> tuple[Mapping, tuple[Problem, ...]]:
    """The entries of the YAML at `inner`. Of YAML that cannot be read as a whole, those top-level
    blocks that can be read alone, and of broken ones as much as stands before the fault."""
    if inner.end - inner.start > MAX_SIZE:
        message = f"frontmatter of more than {MAX_SIZE} characters is not read"
        problem = Problem("yaml-syntax", Span(inner.start, inner.start), message)
        return Mapping((), inner), (problem,)
    mapping, fault = compose(text, inner)
    if fault:
        return _recover(text, inner, fault)
    return mapping, tuple(islice(_duplicates(mapping), MAX_PROBLEMS))


def _recover(text: str, inner: Span, first: Problem) -> tuple[Mapping, tuple[Problem, ...]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for block in _blocks(text, inner):
        mapping, fault = compose(text, block)
        entries += mapping.entries
        problems += [fault] if fault else []
    mapping = Mapping(tuple(entries), inner)
    found = tuple(problems[:MAX_PROBLEMS]) or (first,)
    return mapping, (*found, *islice(_duplicates(mapping), MAX_PROBLEMS))


def _blocks(text: str, inner: Span) -> list[Span]:
    """The parts that begin at a line without indentation, up to `MAX_BLOCKS`."""
    starts = [match.start() for match in _TOP_LEVEL.finditer(text, inner.start, inner.end)]
    bounds = [inner.start, *starts[:MAX_BLOCKS], inner.end]
    return [Span(a, b) for a, b in pairwise(bounds) if text[a:b].strip()]


def _duplicates(node: Node) -> Iterator[Problem]:
    """At every depth."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _duplicates(item)
    elif isinstance(node, Mapping):
        seen: set[str] = set()
        for entry in node.entries:
            name = entry.key.text
            if name in seen:
                message = f"`{name}` stands here twice; the first one counts"
                yield Problem("duplicate-key", entry.key.span, message)
            seen.add(name)
            yield from _duplicates(entry.value)
