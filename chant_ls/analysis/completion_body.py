"""Completion below the frontmatter: section headings, ids in prose, the frontmatter itself."""

import re
from collections.abc import Iterator

from chant_ls.analysis.completion_items import Completion, ItemKind
from chant_ls.analysis.completion_values import spec_candidates
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import Edit, Span, line_end, line_start

SECTIONS: tuple[tuple[str, str], ...] = (
    ("Context", ""),
    ("Acceptance Criteria", "- [ ] "),
    ("Approach", ""),
    ("Research Questions", "- [ ] "),
    ("Methodology", "1. "),
    ("Member Specs", "1. "),
    ("Timeline", "- [ ] "),
    ("Out of Scope", "- "),
    ("Notes", ""),
)

_FRONTMATTER = "---\ntype: code\nstatus: pending\n---\n\n# "
_HEADING_START = re.compile(r"#{0,6}[ \t]*[\w ]*\Z")
_ID_START = re.compile(r"(?<![\w-])\d{4}-[\w.-]*\Z")


def body_items(snapshot: Snapshot, document: Document, offset: int) -> Iterator[Completion]:
    text = document.text
    start = line_start(text, offset)
    line = text[start:offset]
    if any(fence.span.start < offset < fence.span.end for fence in document.body.fences):
        return
    if document.frontmatter is None and not line and not text[:start].strip():
        yield Completion(
            "frontmatter",
            ItemKind.SNIPPET,
            Edit(Span(offset, offset), _FRONTMATTER),
            detail="type, status and a title",
            snippet=f"{_FRONTMATTER}$0",
        )
    if typed := _ID_START.search(line):
        yield from _ids(snapshot, document, offset, typed[0])
    elif (line.startswith("#") or not line) and _HEADING_START.match(line):
        yield from _sections(document, start, line_end(text, offset))


def _ids(snapshot: Snapshot, document: Document, offset: int, typed: str) -> Iterator[Completion]:
    span = Span(offset - len(typed), offset)
    for found in spec_candidates(snapshot, typed, document.facts.id):
        yield Completion(
            found.text,
            found.kind,
            Edit(span, found.text),
            filter=found.filter,
            sort=found.sort,
            detail=found.detail,
            description=found.description,
            key=found.key,
        )


def _sections(document: Document, start: int, end: int) -> Iterator[Completion]:
    there = {h.text.lower() for h in document.body.headings if h.line.start != start}
    for number, (name, content) in enumerate(SECTIONS):
        if name.lower() not in there:
            new = f"## {name}\n\n{content}"
            yield Completion(
                f"## {name}",
                ItemKind.SNIPPET,
                Edit(Span(start, end), new),
                sort=f"{number:02}",
                snippet=f"{new}$0",
            )
