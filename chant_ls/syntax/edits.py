"""The smallest edits that change a spec's text; nothing else is touched.

Every function answers edits for the document it was given. A field is named by its key, or by
`approval.status` for a key one level down; one that may stand twice is told by its `Slot`.
"""

from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence as SequenceABC

from chant_ls.model.fields import FIELDS
from chant_ls.syntax import layout
from chant_ls.syntax.layout import Place
from chant_ls.syntax.nodes import Criterion, Document, Mapping, Scalar, Sequence
from chant_ls.syntax.quoting import quoted, written
from chant_ls.syntax.slots import Slot, aliased, named, texts
from chant_ls.syntax.text import Edit, Span, line_start

_ORDER = {row.name: number for number, row in enumerate(FIELDS)}
Edits = tuple[Edit, ...]
New = str | SequenceABC[str]
"""What a field is to hold: a text or a list."""


def set_field(document: Document, name: str, value: New) -> Edits:
    """Gives the field that value; adds it, and the frontmatter, where absent."""
    slot = named(document, name)
    if slot is not None:
        return set_value(document, slot, value)
    outer, _, inner = name.partition(".")
    return _add_inner(document, outer, inner, value) if inner else _insert(document, outer, value)


def set_value(document: Document, slot: Slot, value: New) -> Edits:
    """Puts the value in the place of the one that stands there."""
    place = layout.of(document)
    if slot.item is None:
        return (_replace(place, slot, value),)
    whole = slot.entry.value
    if not isinstance(whole, Sequence) or not isinstance(value, str):
        return ()
    if aliased(whole):
        items = [value if i == slot.item else text for i, text in _items(whole)]
        return (_replace(place, slot, items),)
    return (place.fill(whole.items[slot.item].span, quoted(value, flow=whole.flow)),)


def change(
    document: Document,
    values: MappingABC[str, New | None],
    more: MappingABC[str, SequenceABC[str]] | None = None,
) -> Edits:
    """Several fields of the top level at once, in the order of the text. None removes one; `more`
    are items for the ends of lists."""
    front, more = document.frontmatter, more or {}
    if front is not None and front.mapping.flow:
        lists = {name: [*texts(document, name), *new] for name, new in more.items()}
        return (Edit(front.mapping.span, _rewritten(document, front.mapping, {**values, **lists})),)
    found: list[Edit] = []
    for name, value in values.items():
        found += remove_field(document, name) if value is None else set_field(document, name, value)
    for name, items in more.items():
        found += add_items(document, name, items)
    return tuple(sorted(found, key=lambda edit: edit.span))


def remove_field(document: Document, name: str) -> Edits:
    slot = named(document, name)
    return remove_entry(document, slot) if slot else ()


def remove_entry(document: Document, slot: Slot) -> Edits:
    """Removes key and value."""
    mapping, entry = slot.mapping, slot.entry
    if not mapping.flow:
        return (Edit(entry.lines, ""),)
    spans = [Span(e.key.span.start, e.value.span.end) for e in mapping.entries]
    return (Edit(layout.of(document).without(spans, mapping.entries.index(entry)), ""),)


def add_items(document: Document, name: str, items: SequenceABC[str]) -> Edits:
    """Adds to the end of a list. A text becomes a list of several."""
    slot, place = named(document, name), layout.of(document)
    if slot is None or not items:
        return _insert(document, name, items) if items else ()
    value = slot.entry.value
    if isinstance(value, Scalar) and not value.null:
        return _bracketed(place, value, *items)
    if not isinstance(value, Sequence):
        return (_replace(place, slot, items),)
    if aliased(value):
        return (_replace(place, slot, [*(text for _, text in _items(value)), *items]),)
    return _to_flow(value, items) if value.flow else _to_block(place, value, items)


def _to_flow(value: Sequence, items: SequenceABC[str]) -> Edits:
    new = ", ".join(quoted(item, flow=True) for item in items)
    at = value.items[-1].span.end if value.items else value.span.start + 1
    return (Edit(Span(at, at), f", {new}" if value.items else new),)


def _to_block(place: Place, value: Sequence, items: SequenceABC[str]) -> Edits:
    last = value.items[-1]
    indent = place.before(value.span.start)
    lines = [f"{indent}- {quoted(item)}" for item in items]
    if not (isinstance(last, Scalar) and last.null and not last.text):
        return (place.line_after(last.span.end, place.eol.join(lines)),)
    filled = place.fill(last.span, quoted(items[0]))
    more = place.eol.join(lines[1:])
    return (filled, place.line_after(last.span.end, more)) if more else (filled,)


def remove_value(document: Document, slot: Slot) -> Edits:
    """Removes an item of a list, or the text of a field. The last one takes the field with it, but
    for `depends_on`: present and empty it means something."""
    whole = slot.entry.value
    if slot.item is None or not isinstance(whole, Sequence) or len(whole.items) == 1:
        if slot.name == "depends_on":
            return set_value(document, slot._replace(item=None), [])
        return remove_entry(document, slot)
    place = layout.of(document)
    if aliased(whole):
        return (_replace(place, slot, [text for i, text in _items(whole) if i != slot.item]),)
    if whole.flow:
        spans = [item.span for item in whole.items]
        return (Edit(place.without(spans, slot.item), ""),)
    return (Edit(place.lines(whole.items[slot.item].span), ""),)


def _items(value: Sequence) -> Iterable[tuple[int, str]]:
    return ((i, item.text) for i, item in enumerate(value.items) if isinstance(item, Scalar))


def wrap_in_list(document: Document, slot: Slot) -> Edits:
    """Makes a list of the one text that a field holds."""
    value = slot.entry.value
    if not isinstance(value, Scalar) or value.null:
        return ()
    return _bracketed(layout.of(document), value)


def set_box(criterion: Criterion, done: bool) -> Edits:
    return () if criterion.done == done else (Edit(criterion.box, "x" if done else " "),)


def set_title(document: Document, title: str) -> Edits:
    """Rewrites the heading of level one, or adds one at the top of the body. Blanks and newlines in
    `title` become single blanks. No edit where the body is cut off by an open frontmatter."""
    words = title_words(title)
    heading, front = document.body.title, document.frontmatter
    if heading is None:
        if front is not None and not front.closed:
            return ()
        start, eol = document.body.start, layout.of(document).eol
        before = "" if line_start(document.text, start) == start or front is None else eol
        return (Edit(Span(start, start), f"{before}# {words}{eol}{eol}"),)
    return (Edit(Span(heading.span.start, heading.line.end), words),)


def title_words(title: str) -> str:
    """A title as one line behind its mark; marks at its end are kept from being taken for one."""
    words = " ".join(title.split())
    return words + " #" if words.endswith("#") else words


def _add_inner(document: Document, outer: str, inner: str, value: New) -> Edits:
    place, entry = layout.of(document), document.entry(outer)
    name = f"{outer}.{inner}"
    if entry and isinstance(entry.value, Mapping) and entry.value.entries:
        mapping = entry.value
        if mapping.flow:
            return (place.add_to_flow(mapping, f"{inner}: {_flow(name, value)}"),)
        indent = place.before(mapping.entries[-1].key.span.start)
        line = f"{indent}{inner}:{_value(place, name, value, indent)}"
        return (place.line_after(mapping.span.end, line),)
    if place.flow and document.frontmatter:
        new = f"{{{inner}: {_flow(name, value)}}}"
        if entry is not None:
            return (place.fill(entry.value.span, new),)
        return (place.add_to_flow(document.frontmatter.mapping, f"{outer}: {new}"),)
    line = f"{place.indent}  {inner}:{_value(place, name, value, place.indent + '  ')}"
    if entry is None:
        return _insert_lines(document, place, outer, f"{place.indent}{outer}:{place.eol}{line}")
    return (place.replace_value(entry, f"{place.eol}{line}"),)


def _insert(document: Document, name: str, value: New) -> Edits:
    place, front = layout.of(document), document.frontmatter
    if front and front.mapping.flow:
        return (place.add_to_flow(front.mapping, f"{name}: {_flow(name, value)}"),)
    line = f"{place.indent}{name}:{_value(place, name, value, place.indent)}"
    return _insert_lines(document, place, name, line)


def _insert_lines(document: Document, place: Place, name: str, lines: str) -> Edits:
    front = document.frontmatter
    if front is None:
        start = document.body.start
        text = f"---{place.eol}{lines}{place.eol}---{place.eol}"
        return (Edit(Span(start, start), text),)
    own = _ORDER.get(name, len(_ORDER))
    entries = front.mapping.entries
    before = [e for e in entries if _ORDER.get(e.key.text, len(_ORDER)) <= own]
    if before:
        return (place.line_after(before[-1].lines.end, lines),)
    at = entries[0].lines.start if entries else front.inner.end
    return (place.line_after(at, lines),)


def _replace(place: Place, slot: Slot, value: New) -> Edit:
    entry = slot.entry
    if slot.mapping.flow:
        return place.fill(entry.value.span, _flow(slot.name, value))
    if isinstance(value, str) and isinstance(entry.value, Scalar):
        return place.fill(entry.value.span, written(slot.name, value))
    indent = place.before(entry.key.span.start)
    return place.replace_value(entry, _value(place, slot.name, value, indent))


def _rewritten(document: Document, mapping: Mapping, values: MappingABC[str, New | None]) -> str:
    """The braces and all between them: edits of neighbours in it would overlap."""
    pieces: dict[str, str] = {}
    for entry in mapping.entries:
        text = document.text[entry.key.span.start : entry.value.span.end]
        pieces.setdefault(entry.key.text, text)
    for name, value in values.items():
        pieces[name] = "" if value is None else f"{name}: {_flow(name, value)}"
    return "{" + ", ".join(filter(None, pieces.values())) + "}"


def _bracketed(place: Place, value: Scalar, *more: str) -> Edits:
    new = ", ".join(quoted(text, flow=True) for text in (value.text, *more))
    return (place.fill(value.span, f"[{new}]"),)


def _value(place: Place, name: str, value: New, indent: str) -> str:
    """What stands behind the colon of a block entry at `indent`."""
    if isinstance(value, str):
        return " " + written(name, value)
    if not value:
        return " []"
    dash = f"{place.eol}{indent}{place.list_indent}- "
    return "".join(dash + quoted(item) for item in value)


def _flow(name: str, value: New) -> str:
    if isinstance(value, str):
        return written(name, value, flow=True)
    return "[" + ", ".join(quoted(item, flow=True) for item in value) + "]"
