"""What an editor's outline and its search for symbols show."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from chant_ls.analysis import search
from chant_ls.analysis.markdown import clean
from chant_ls.analysis.navigation import title_of
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.summary import NO_TITLE
from chant_ls.analysis.types import Location
from chant_ls.model.spec import SpecId
from chant_ls.syntax.nodes import Body, Criterion, Document, Heading, Mapping, Node, Scalar
from chant_ls.syntax.nodes import Sequence as YamlList
from chant_ls.syntax.sections import section_ends
from chant_ls.syntax.text import Span

MOST_SYMBOLS = 200


class SymbolKind(StrEnum):
    SPEC = "spec"
    FIELD = "field"
    SECTION = "section"
    CRITERION = "criterion"


@dataclass(frozen=True, slots=True)
class Symbol:
    """`span` covers all of it with its children, `name_span` what is selected."""

    name: str
    kind: SymbolKind
    span: Span
    name_span: Span
    detail: str = ""
    done: bool = False
    children: tuple["Symbol", ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A spec found in the workspace."""

    id: SpecId
    title: str
    status: str
    where: Location


def document_symbols(document: Document) -> tuple[Symbol, ...]:
    """The spec with its fields, then its sections and criteria, nested as the headings are."""
    body, end = document.body, len(document.text)
    fields = _fields(document)
    title = body.title
    name = clean(title.text) if title else str(document.facts.id)
    name_span = title.span if title else Span(body.start, body.start)
    kind = f"{document.facts.type.value}, {len(fields)} fields"
    children = (*fields, *_sections(body, end))
    return (Symbol(name, SymbolKind.SPEC, Span(0, end), name_span, kind, children=children),)


def workspace_symbols(snapshot: Snapshot, query: str) -> tuple[Hit, ...]:
    """At most 200 specs by words of id and title, unfinished and newest first."""
    ids = search.found(snapshot.graph, query, MOST_SYMBOLS, lambda id: True)
    return tuple(_hit(snapshot, id) for id in ids)


def _hit(snapshot: Snapshot, id: SpecId) -> Hit:
    facts = snapshot.facts(id)
    title = clean(facts.title) if facts and facts.title else NO_TITLE
    return Hit(id, title, effective_status(snapshot, id).value, _title_place(snapshot, id))


def _title_place(snapshot: Snapshot, id: SpecId) -> Location:
    """Found by its words; only a heading written in another way is worth parsing a file."""
    file = snapshot.find(id)
    if file is None:
        return Location("", Span(0, 0))
    at = file.text.find(f"\n# {file.facts.title}")
    if at < 0 or not file.facts.title:
        return title_of(snapshot, id) or Location(file.path, Span(0, 0))
    return Location(file.path, Span(at + 3, at + 3 + len(file.facts.title)))


def _fields(document: Document) -> tuple[Symbol, ...]:
    front = document.frontmatter
    if front is None:
        return ()
    return tuple(
        Symbol(
            entry.key.text or "?",
            SymbolKind.FIELD,
            _around(entry.lines, entry.key.span),
            entry.key.span,
            _value_text(entry.value),
        )
        for entry in front.mapping.entries
    )


def _around(lines: Span, name: Span) -> Span:
    return Span(min(lines.start, name.start), max(lines.end, name.end))


def _value_text(node: Node) -> str:
    if isinstance(node, Scalar):
        return clean(node.text, 80)
    if isinstance(node, YamlList):
        return clean(", ".join(i.text for i in node.items[:20] if isinstance(i, Scalar)), 80)
    return _map_text(node)


def _map_text(node: Mapping) -> str:
    pairs = ((e.key.text, e.value) for e in node.entries[:20])
    return clean(", ".join(f"{k}: {v.text}" for k, v in pairs if isinstance(v, Scalar)), 80)


def _sections(body: Body, end: int) -> tuple[Symbol, ...]:
    headings = [h for h in body.headings if h is not body.title and h.line.start >= body.start]
    starts = [heading.line.start for heading in headings]
    boxes: list[list[Criterion]] = [[] for _ in range(len(headings) + 1)]
    for box in body.boxes:
        boxes[bisect_right(starts, box.line.start)].append(box)
    return (*map(_criterion, boxes[0]), *_nested(headings, boxes[1:], end))


def _nested(headings: list[Heading], boxes: list[list[Criterion]], end: int) -> Iterator[Symbol]:
    """From the last to the first: what a section holds is made before it."""
    ends = section_ends([(h.level, h.line.start) for h in headings], end)
    made: list[Symbol] = []
    for heading, own, stop in reversed(list(zip(headings, boxes, ends, strict=True))):
        below: list[Symbol] = []
        while made and made[-1].span.start < stop:
            below.append(made.pop())
        children = (*map(_criterion, own), *below)
        made.append(_section(heading, own, Span(heading.line.start, stop), children))
    return reversed(made)


def _section(
    heading: Heading, boxes: list[Criterion], span: Span, children: tuple[Symbol, ...]
) -> Symbol:
    done = f"{sum(b.done for b in boxes)}/{len(boxes)}" if boxes else ""
    name = clean(heading.text) or "(empty heading)"
    return Symbol(name, SymbolKind.SECTION, span, heading.line, done, children=children)


def _criterion(box: Criterion) -> Symbol:
    mark = "☑" if box.done else "☐"
    name = f"{mark} {clean(box.text, 120)}"
    return Symbol(
        name, SymbolKind.CRITERION, box.line, box.text_span, clean(box.check, 80), box.done
    )
