"""What could be typed at a place of a spec."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from chant_ls.analysis import completion_values as values
from chant_ls.analysis.completion_body import body_items
from chant_ls.analysis.completion_items import MOST_ITEMS, Completion, Completions, ItemKind
from chant_ls.analysis.hover import field_doc, spec_card
from chant_ls.analysis.papers.hover import document_for as paper_doc
from chant_ls.analysis.place import Form, Key, Value, place_at
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.fields import BY_NAME, FIELDS, Field, Shape
from chant_ls.syntax import layout
from chant_ls.syntax.nodes import Document, Mapping
from chant_ls.syntax.quoting import within, written
from chant_ls.syntax.text import Edit, Span

__all__ = ["Completion", "Completions", "ItemKind", "complete", "document_for"]

_NO_EDIT = re.compile(r"[#\r\n]")
_COLON = re.compile(r"[\"']?[ \t]*:")


@dataclass(frozen=True, slots=True)
class _Asked:
    snapshot: Snapshot
    document: Document
    offset: int
    list_dir: values.ListDir | None


def complete(
    snapshot: Snapshot, path: str, offset: int, list_dir: values.ListDir | None = None
) -> Completions:
    """At most `MOST_ITEMS` items, best first. `list_dir` gives the names in a folder below the
    root, folders with a final `/`; without it there are no paths."""
    file = snapshot.files.get(path)
    if file is None:
        return Completions()
    asked = _Asked(snapshot, file.document, offset, list_dir)
    found = list(islice(_items(asked), MOST_ITEMS + 1))
    eol = layout.eol_of(file.text)
    items = tuple(_with_eol(item, eol) for item in found[:MOST_ITEMS])
    return Completions(items, incomplete=len(found) > MOST_ITEMS)


def document_for(snapshot: Snapshot, key: str) -> str:
    """The Markdown behind an item's `key`, "" where there is none."""
    kind, _, name = key.partition(":")
    if kind == "spec":
        return spec_card(snapshot, name)
    if kind == "field":
        return field_doc(name)
    if kind == "paper":
        return paper_doc(name)
    return ""


def _with_eol(item: Completion, eol: str) -> Completion:
    if eol == "\n" or "\n" not in item.edit.new:
        return item
    edit = replace(item.edit, new=item.edit.new.replace("\n", eol))
    return replace(item, edit=edit, snippet=item.snippet.replace("\n", eol))


def _items(asked: _Asked) -> Iterator[Completion]:
    place = place_at(asked.document, asked.offset)
    if not isinstance(place, Key | Value):
        return body_items(asked.snapshot, asked.document, asked.offset)
    span = _held(asked.document.text, place.span, asked.offset)
    if span is None:
        return iter(())
    if isinstance(place, Key):
        return _keys(asked, replace(place, span=span))
    return _values(asked, replace(place, span=span))


def _held(text: str, span: Span, offset: int) -> Span | None:
    """What is replaced: with the blanks up to the cursor, for an edit must hold it. None in a
    comment, and where something else stands between."""
    if offset < span.start:
        return None if text[offset : span.start].strip(" \t") else Span(offset, span.end)
    between = text[span.end : offset]
    return None if _NO_EDIT.search(between) else Span(span.start, max(span.end, offset))


def _keys(asked: _Asked, place: Key) -> Iterator[Completion]:
    rows = BY_NAME[place.parent].rows if place.parent in BY_NAME else FIELDS
    present = _present(asked.document, place)
    colon = _COLON.match(asked.document.text, place.span.end) is not None
    front = asked.document.frontmatter
    flow = front is not None and front.mapping.flow
    for number, row in enumerate(rows):
        if row.name not in present:
            new = row.name if colon else _key_text(row, place.parent, flow)
            name = f"{place.parent}.{row.name}" if place.parent else row.name
            yield Completion(
                row.name,
                ItemKind.FIELD,
                Edit(place.span, new),
                sort=f"{row.machine:d}{number:03}",
                detail=row.shape.value,
                key=f"field:{name}",
            )


def _key_text(row: Field, parent: str, flow: bool) -> str:
    if flow:
        return f"{row.name}: "
    inner = "    " if parent else "  "
    if row.shape in (Shape.LIST, Shape.LIST_OR_TEXT):
        return f"{row.name}:\n{inner}- "
    return f"{row.name}:\n{inner}" if row.shape is Shape.MAP else f"{row.name}: "


def _present(document: Document, place: Key) -> set[str]:
    """The keys beside that of the place; a key that is being typed does not hide itself."""
    front = document.frontmatter
    mapping = front.mapping if front else None
    if mapping is not None and place.parent:
        entry = mapping.get(place.parent)
        mapping = entry.value if entry and isinstance(entry.value, Mapping) else None
    entries = mapping.entries if mapping else ()
    return {e.key.text for e in entries if e.key.span.start != place.span.start}


def _values(asked: _Asked, place: Value) -> Iterator[Completion]:
    if place.field is None:
        return
    typed = asked.document.text[place.span.start : max(asked.offset, place.span.start)]
    query = values.Query(asked.snapshot, asked.document, place, typed, asked.list_dir)
    before, quote = _lead(asked.document.text, place)
    behind = " " if asked.document.text.startswith("#", place.span.end) else ""
    name = f"{place.parent}.{place.key}" if place.parent else place.key
    for item in values.candidates(query):
        flow = place.form is Form.FLOW
        plain = within(item.text, quote) if quote else written(name, item.text, flow=flow)
        yield Completion(
            item.label or item.text,
            item.kind,
            Edit(place.span, before + plain + behind),
            filter=item.filter,
            sort=item.sort,
            detail=item.detail,
            description=item.description,
            key=item.key,
            again=item.again,
        )


def _lead(text: str, place: Value) -> tuple[str, str]:
    """What must stand before the value where it is not there yet, and the quote it stands in."""
    if place.form is Form.DASHLESS:
        return "- ", ""
    last = text[place.span.start - 1 : place.span.start]
    if last in ("'", '"'):
        return "", last
    return (" ", "") if last in ("-", ":", ",") else ("", "")
