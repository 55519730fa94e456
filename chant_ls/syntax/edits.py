"""The smallest edits that change a spec's text; nothing else is touched.

Every function answers edits for the document it was given. A field is named by its key, or by
`approval.status` for a key one level down.
"""

from collections.abc import Sequence as SequenceABC

from chant_ls.model.fields import FIELDS
from chant_ls.syntax import layout
from chant_ls.syntax.layout import Place
from chant_ls.syntax.nodes import Criterion, Document, Entry, Mapping, Scalar, Sequence
from chant_ls.syntax.quoting import quoted, written
from chant_ls.syntax.text import Edit, Span

_ORDER = {row.name: number for number, row in enumerate(FIELDS)}
Edits = tuple[Edit, ...]


def set_field(document: Document, name: str, value: str | SequenceABC[str]) -> Edits:
    """Gives the field that value, a text or a list; adds it, and the frontmatter, where absent."""
    outer, _, inner = name.partition(".")
    if inner:
        return _set_inner(document, outer, inner, value)
    place = layout.of(document)
    entry = document.entry(outer)
    if entry is None:
        return _insert(document, place, outer, value)
    return (_replace(place, entry, name, value),)


def remove_field(document: Document, name: str) -> Edits:
    outer, _, inner = name.partition(".")
    mapping = document.frontmatter.mapping if document.frontmatter else None
    entry = mapping.get(outer) if mapping else None
    if inner:
        mapping = entry.value if entry and isinstance(entry.value, Mapping) else None
        entry = mapping.get(inner) if mapping else None
    if mapping is None or entry is None:
        return ()
    if not mapping.flow:
        return (Edit(entry.lines, ""),)
    spans = [Span(e.key.span.start, e.value.span.end) for e in mapping.entries]
    return (Edit(layout.without(spans, mapping.entries.index(entry)), ""),)


def add_item(document: Document, name: str, item: str) -> Edits:
    """Adds to the end of a list. A text becomes a list of two."""
    entry = document.entry(name)
    place = layout.of(document)
    if entry is None:
        return _insert(document, place, name, [item])
    value = entry.value
    if isinstance(value, Scalar) and not value.null:
        return _bracketed(place, value, item)
    if not isinstance(value, Sequence):
        return (_replace(place, entry, name, [item]),)
    if value.flow:
        new = quoted(item, flow=True)
        if value.items:
            end = value.items[-1].span.end
            return (Edit(Span(end, end), f", {new}"),)
        return (Edit(Span(value.span.start + 1, value.span.start + 1), new),)
    last = value.items[-1]
    if isinstance(last, Scalar) and last.null and not last.text:
        return (place.fill(last.span, quoted(item)),)
    indent = place.before(value.span.start)
    return (place.line_after(last.span.end, f"{indent}- {quoted(item)}"),)


def remove_item(document: Document, name: str, index: int) -> Edits:
    """Removes an item of a list, or the text of a field. The last one takes the field with it, but
    for `depends_on`: present and empty it means something."""
    entry = document.entry(name)
    if entry is None:
        return ()
    items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    if not 0 <= index < len(items):
        return ()
    if len(items) == 1:
        return (
            set_field(document, name, []) if name == "depends_on" else remove_field(document, name)
        )
    if isinstance(entry.value, Sequence) and entry.value.flow:
        return (Edit(layout.without([item.span for item in items], index), ""),)
    return (Edit(layout.of(document).lines(items[index].span), ""),)


def replace_item(document: Document, name: str, index: int, new: str) -> Edits:
    """Puts `new` in the place of an item of a list, or of the text of a field."""
    entry = document.entry(name)
    place = layout.of(document)
    if entry is None:
        return ()
    if not isinstance(entry.value, Sequence):
        return (_replace(place, entry, name, new),) if index == 0 else ()
    if not 0 <= index < len(entry.value.items):
        return ()
    span = entry.value.items[index].span
    return (place.fill(span, quoted(new, flow=entry.value.flow)),)


def wrap_in_list(document: Document, name: str) -> Edits:
    """Makes a list of the one text that a field holds."""
    entry = document.entry(name)
    if entry is None or not isinstance(entry.value, Scalar) or entry.value.null:
        return ()
    return _bracketed(layout.of(document), entry.value)


def set_box(criterion: Criterion, done: bool) -> Edits:
    return () if criterion.done == done else (Edit(criterion.box, "x" if done else " "),)


def set_title(document: Document, title: str) -> Edits:
    """Rewrites the heading of level one, or adds one at the top of the body. Blanks and newlines in
    `title` become single blanks."""
    words = title_words(title)
    heading = document.body.title
    if heading is None:
        eol = layout.of(document).eol
        return (Edit(Span(document.body.start, document.body.start), f"# {words}{eol}{eol}"),)
    return (Edit(Span(heading.span.start, heading.line.end), words),)


def title_words(title: str) -> str:
    """A title as one line behind its mark; marks at its end are kept from being taken for one."""
    words = " ".join(title.split())
    return words + " #" if words.endswith("#") else words


def _set_inner(document: Document, outer: str, inner: str, value: str | SequenceABC[str]) -> Edits:
    place, entry = layout.of(document), document.entry(outer)
    name = f"{outer}.{inner}"
    if entry and isinstance(entry.value, Mapping) and entry.value.entries:
        mapping = entry.value
        found = mapping.get(inner)
        if found:
            return (_replace(place, found, name, value, mapping.flow),)
        if mapping.flow:
            return (place.add_to_flow(mapping, f"{inner}: {_flow(name, value)}"),)
        indent = place.before(mapping.entries[-1].key.span.start)
        line = f"{indent}{inner}:{_value(place, name, value, indent)}"
        return (place.line_after(mapping.span.end, line),)
    line = f"{place.indent}  {inner}:{_value(place, name, value, place.indent + '  ')}"
    if entry is None:
        return _insert_lines(document, place, outer, f"{place.indent}{outer}:{place.eol}{line}")
    return (place.replace_value(entry, f"{place.eol}{line}"),)


def _insert(document: Document, place: Place, name: str, value: str | SequenceABC[str]) -> Edits:
    front = document.frontmatter
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


def _replace(
    place: Place, entry: Entry, name: str, value: str | SequenceABC[str], flow: bool = False
) -> Edit:
    if flow or place.flow:
        return place.fill(entry.value.span, _flow(name, value))
    if isinstance(value, str) and isinstance(entry.value, Scalar):
        return place.fill(entry.value.span, written(name, value))
    return place.replace_value(
        entry, _value(place, name, value, place.before(entry.key.span.start))
    )


def _bracketed(place: Place, value: Scalar, *more: str) -> Edits:
    texts = [value.text, *more]
    new = ", ".join(quoted(text, flow=True) for text in texts)
    return (place.fill(value.span, f"[{new}]"),)


def _value(place: Place, name: str, value: str | SequenceABC[str], indent: str) -> str:
    """What stands behind the colon of a block entry at `indent`."""
    if isinstance(value, str):
        return " " + written(name, value)
    if not value:
        return " []"
    dash = f"{place.eol}{indent}{place.list_indent}- "
    return "".join(dash + quoted(item) for item in value)


def _flow(name: str, value: str | SequenceABC[str]) -> str:
    if isinstance(value, str):
        return written(name, value, flow=True)
    return "[" + ", ".join(quoted(item, flow=True) for item in value) + "]"
