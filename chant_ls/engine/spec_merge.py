"""Three texts of one spec into one: frontmatter field by field, boxes item by item, prose by lines.

Used where the spec's own file meets its branch, and by the merge driver.
"""

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass

from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.document import parse
from chant_ls.syntax.facts import Plain, plain_values
from chant_ls.syntax.nodes import Criterion, Document, Mapping, Node, Scalar, Sequence
from chant_ls.syntax.text import Edit, Span, apply

MergeText = Callable[[str, str, str], str | None]
"""(base, ours, theirs) of plain text, lines ending in `\\n`, to the merged one; None: conflict."""

_STRONGER = (
    Status.COMPLETED,
    Status.CANCELLED,
    Status.NEEDS_ATTENTION,
    Status.FAILED,
    Status.PAUSED,
    Status.IN_PROGRESS,
)
_STRICTER = ("rejected", "pending", "approved")


@dataclass(frozen=True, slots=True)
class Merged:
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where both sides said different things: names of fields, and whether the prose did."""

    fields: tuple[str, ...] = ()
    body: bool = False

    def __str__(self) -> str:
        return ", ".join([*self.fields, *(["its text"] if self.body else [])])


def merge_specs(base: str, ours: str, theirs: str, merge_text: MergeText) -> Merged | Conflict:
    """The result has the line endings, comments and order of `ours`; unknown keys are kept."""
    newline = "\r\n" if "\r\n" in ours else "\n"
    texts = [text.replace("\r\n", "\n") for text in (base, ours, theirs)]
    if texts[1] == texts[2] or texts[0] == texts[2]:
        return Merged(ours)
    if texts[0] == texts[1]:
        return Merged(texts[2].replace("\n", newline))
    docs = [parse(text, SpecId("merged")) for text in texts]
    if not all(doc.trustworthy for doc in docs):
        whole = merge_text(*texts)
        return Conflict(body=True) if whole is None else Merged(whole.replace("\n", newline))
    front = _front(*docs)
    prose = _prose(_emptied(docs[0]), _emptied(docs[1]), _emptied(docs[2]), merge_text)
    if isinstance(front, Conflict) or prose is None:
        return Conflict(front.fields if isinstance(front, Conflict) else (), prose is None)
    return Merged(_with_ticks(front + prose, *docs).replace("\n", newline))


# frontmatter


def _front(base: Document, ours: Document, theirs: Document) -> str | Conflict:
    if ours.frontmatter is None or theirs.frontmatter is None:
        return _whole_front(base, ours, theirs)
    edits: list[Edit] = []
    conflicts: list[str] = []
    end = ours.frontmatter.inner.end
    for key in dict.fromkeys([*_keys(ours), *_keys(theirs)]):
        had, have, get = (_value(doc, key) for doc in (base, ours, theirs))
        if get in (have, had):
            continue
        lines = _lines(theirs, key) if have == had else _both(key, base, ours, theirs)
        if lines is None:
            conflicts.append(key)
            continue
        entry = ours.entry(key)
        edits.append(Edit(entry.lines if entry else Span(end, end), lines))
    if conflicts:
        return Conflict(tuple(conflicts))
    return apply(ours.text, _one_insertion(edits))[: _front_end(ours) + _growth(edits)]


def _whole_front(base: Document, ours: Document, theirs: Document) -> str | Conflict:
    """One side has no frontmatter: the side that differs from the base is meant."""
    mine, other = ours.text[: _front_end(ours)], theirs.text[: _front_end(theirs)]
    if mine == base.text[: _front_end(base)] or not mine:
        return other
    return mine


def _both(key: str, base: Document, ours: Document, theirs: Document) -> str | None:
    """The lines of a field that both sides changed; None when nobody can tell what is meant."""
    if key == "status":
        return _lines(ours if _rank(ours) <= _rank(theirs) else theirs, key)
    if key == "approval":
        return _lines(ours if _strict(ours) <= _strict(theirs) else theirs, key)
    if key == "completed_at":
        return max(_lines(ours, key), _lines(theirs, key))
    return _both_lists(key, base, ours, theirs)


def _both_lists(key: str, base: Document, ours: Document, theirs: Document) -> str | None:
    had, have, get = (_items(doc, key) for doc in (base, ours, theirs))
    if had is None or have is None or get is None:
        return None
    kept = {text: source for text, source in have.items() if text in get or text not in had}
    added = {text: source for text, source in get.items() if text not in {**had, **have}}
    sources = [*kept.values(), *added.values()]
    entry = ours.entry(key)
    if not sources or (entry and isinstance(entry.value, Sequence) and entry.value.flow):
        return f"{key}: [{', '.join(sources)}]\n"
    return f"{key}:\n" + "".join(f"  - {source}\n" for source in sources)


def _items(doc: Document, key: str) -> dict[str, str] | None:
    """Items of a list with their source, one id counts as a list of one; None: no list."""
    entry = doc.entry(key)
    node = entry.value if entry else None
    if node is None or (isinstance(node, Scalar) and node.null):
        return {}
    if isinstance(node, Scalar):
        return {node.text: node.span.of(doc.text)} if key == "depends_on" else None
    if not isinstance(node, Sequence) or not all(_on_one_line(item) for item in node.items):
        return None
    return {item.text: item.span.of(doc.text) for item in node.items if isinstance(item, Scalar)}


def _on_one_line(node: Node) -> bool:
    return isinstance(node, Scalar) and node.quote not in ("|", ">")


def _lines(doc: Document, key: str) -> str:
    """The whole lines of a field, "" where it is absent."""
    entry = doc.entry(key)
    text = entry.lines.of(doc.text) if entry else ""
    return text if not text or text.endswith("\n") else f"{text}\n"


def _keys(doc: Document) -> list[str]:
    return [e.key.text for e in doc.frontmatter.mapping.entries] if doc.frontmatter else []


def _value(doc: Document, key: str) -> Plain:
    """What a field says; of a nested one its text. None where it is absent or null."""
    entry = doc.entry(key)
    if entry is None:
        return None
    flat = isinstance(entry.value, Scalar) or _items(doc, key) is not None
    return plain_values(Mapping((entry,), entry.lines))[key] if flat else _lines(doc, key)


def _rank(doc: Document) -> int:
    status = doc.facts.status
    return _STRONGER.index(status) if status in _STRONGER else len(_STRONGER)


def _strict(doc: Document) -> tuple[bool, int]:
    approval = doc.facts.approval
    known = approval.status in _STRICTER
    return (not approval.required, _STRICTER.index(approval.status) if known else 0)


def _front_end(doc: Document) -> int:
    return doc.body.start if doc.frontmatter else 0


def _one_insertion(edits: list[Edit]) -> list[Edit]:
    """New fields all go to the end of the block: one edit, in their order."""
    new = [edit for edit in edits if edit.span.start == edit.span.end]
    if len(new) < 2:
        return edits
    return [e for e in edits if e not in new] + [Edit(new[0].span, "".join(e.new for e in new))]


def _growth(edits: list[Edit]) -> int:
    return sum(len(edit.new) - (edit.span.end - edit.span.start) for edit in edits)


# body

_Boxes = MappingABC[tuple[str, int], bool]


def _prose(base: str, ours: str, theirs: str, merge_text: MergeText) -> str | None:
    if ours == theirs or theirs == base:
        return ours
    return theirs if ours == base else merge_text(base, ours, theirs)


def _with_ticks(text: str, base: Document, ours: Document, theirs: Document) -> str:
    boxes = parse(text, SpecId("merged")).body.boxes
    states = [dict(_named(doc.body.boxes)) for doc in (base, ours, theirs)]
    names = [name for name, _ in _named(boxes)]
    ticked = [b for b, name in zip(boxes, names, strict=True) if _ticked(name, *states)]
    return apply(text, [Edit(box.box, "x") for box in ticked])


def _ticked(name: tuple[str, int], base: _Boxes, ours: _Boxes, theirs: _Boxes) -> bool:
    """An item that one side reworded is known to that side alone, and has its state."""
    if name not in theirs:
        return ours.get(name, False)
    if name not in ours:
        return theirs[name]
    was = base.get(name, False)
    return theirs[name] if ours[name] == was else ours[name]


def _emptied(doc: Document) -> str:
    """The body with all boxes empty, so that a tick never conflicts with its neighbour."""
    start = _front_end(doc)
    edits = [Edit(box.box, " ") for box in doc.body.boxes if box.done]
    return apply(doc.text, edits)[start:]


def _named(items: tuple[Criterion, ...]) -> list[tuple[tuple[str, int], bool]]:
    """Items by their text; the same text again counts up."""
    seen: dict[str, int] = {}
    found = []
    for item in items:
        key = f"{item.text} `$ {item.check}`"
        seen[key] = seen.get(key, 0) + 1
        found.append(((key, seen[key]), item.done))
    return found
