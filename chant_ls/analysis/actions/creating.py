"""New specs out of what stands in an old one: a selection, a list item, a criterion."""

import re
from collections.abc import Callable, Iterator
from random import Random
from textwrap import dedent

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.editing import touched_boxes, touches
from chant_ls.analysis.actions.inheriting import private_labels
from chant_ls.analysis.actions.lists import with_dependencies, with_items
from chant_ls.analysis.allocation import next_id
from chant_ls.analysis.markdown import clean
from chant_ls.analysis.place import in_frontmatter
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile
from chant_ls.model.spec import CONTAINERS, SpecId
from chant_ls.syntax.nodes import Criterion, Document
from chant_ls.syntax.render import NewSpec, new_spec
from chant_ls.syntax.text import Edit, Span, line_end, line_start

SPECS = ".chant/specs"
_MARK = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?(?:#{1,6}[ \t]+)?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_LONGEST_TITLE = 120
_NO_DATE = "1970-01-01"


def create_from_selection(ask: Ask) -> Iterator[Action]:
    """The first selected line becomes the title, the others the body."""
    document = ask.subject.document
    lines = ask.span.of(document.text).strip().splitlines()
    if not lines or in_frontmatter(document, ask.span.start):
        return
    title = _title(lines[0])
    if title:
        body = "\n".join(lines[1:])
        yield _created(ask, "Create a spec from the selection", title, body=body)


def create_from_item(ask: Ask) -> Iterator[Action]:
    """A list item without a box becomes a spec; its id is written behind the item."""
    document = ask.subject.document
    line = _line(document, ask.span.start)
    text = line.of(document.text)
    item = _ITEM.match(text)
    if item is None or touched_boxes(ask) or not _free(document, line):
        return
    title = _title(text)
    if not title:
        return
    end = line.start + len(text.rstrip())
    label = "Create a spec from this list item"
    yield _created(ask, label, title, edits=lambda new: (Edit(Span(end, end), f" ({new})"),))


def extract_criterion(ask: Ask) -> Iterator[Action]:
    """A criterion becomes a spec of its own that this one depends on, a member of a driver."""
    document = ask.subject.document
    boxes = [box for box in document.body.criteria if touches(box.line, ask.span)]
    if len(boxes) != 1 or not _title(boxes[0].text) or not document.trustworthy:
        return
    box = boxes[0]
    whole = item_span(document.text, box.line.start)

    def edits(new: SpecId) -> tuple[Edit, ...]:
        if document.facts.type in CONTAINERS:
            return (*with_items(document, "members", [new]), Edit(whole, ""))
        return (*with_dependencies(ask.snapshot, document, [new]), Edit(whole, ""))

    title = "Extract this criterion into a spec of its own"
    body = f"## Acceptance Criteria\n\n{_dedented(document.text, whole, box)}"
    yield _created(ask, title, _title(box.text), body, edits=edits)


def _created(
    ask: Ask,
    label: str,
    title: str,
    body: str = "",
    edits: Callable[[SpecId], tuple[Edit, ...]] | None = None,
) -> Action:
    """`edits` are those of the asked file, given the id of the new one."""

    def change() -> Change:
        id = new_id(ask)
        labels = private_labels(ask.subject.file)
        text = new_spec(NewSpec(title, labels=labels, body=body))
        file = CreateFile(f"{SPECS}/{id}.md", text)
        return Change({ask.path: edits(id)} if edits else {}, (file,), label)

    return Action(label, ActionKind.EXTRACT, change, creates=True)


def new_id(ask: Ask) -> SpecId:
    """The same for the same text, so that an action resolved later names the same file."""
    today = ask.snapshot.today or _NO_DATE
    seed = Random(f"{today}\n{ask.path}\n{ask.subject.document.text}")
    return next_id(ask.snapshot, today, seed)


def _title(text: str) -> str:
    mark = _MARK.match(text)
    return clean(text[mark.end() :] if mark else text, _LONGEST_TITLE)


def _dedented(text: str, whole: Span, box: Criterion) -> str:
    """The item as it stands, its box open."""
    own = text[whole.start : box.box.start] + " " + text[box.box.end : whole.end]
    return dedent("\n".join(own.splitlines())).rstrip()


def _line(document: Document, offset: int) -> Span:
    start = line_start(document.text, offset)
    return Span(start, line_end(document.text, start))


def item_span(text: str, start: int) -> Span:
    """The whole lines of the list item that begins on the line at `start`: its own, and those
    below that are indented deeper, blank ones between them too."""
    own, end, at = None, start, start
    while at < len(text):
        stop = line_end(text, at)
        line = text[at:stop]
        deep = len(line) - len(line.lstrip(" \t"))
        if line.strip() and own is not None and deep <= own:
            break
        at = stop + 2 if text.startswith("\r\n", stop) else min(stop + 1, len(text))
        if line.strip():
            own, end = deep if own is None else own, at
    return Span(start, end)


def _free(document: Document, line: Span) -> bool:
    """In the body, outside code, naming no spec yet and no member (those are adopted)."""
    body = document.body
    taken = (*(f.span for f in body.fences), *(m.span for m in body.mentions))
    members = tuple(item.span for item in body.member_items)
    return line.start >= body.start and not any(
        span.start <= line.end and line.start <= span.end for span in (*taken, *members)
    )
