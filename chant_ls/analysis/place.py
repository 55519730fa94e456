"""What stands at an offset of a spec, however broken its frontmatter is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from chant_ls.analysis import place_lines
from chant_ls.model.fields import BY_NAME, Field
from chant_ls.syntax.nodes import (
    Criterion,
    Document,
    Entry,
    Heading,
    ListItem,
    Mapping,
    Node,
    Scalar,
)
from chant_ls.syntax.nodes import Sequence as YamlList
from chant_ls.syntax.text import Span, line_start

_LINE = re.compile(r"[\r\n]")
_WORD_ENDS = " \t,;()[]`&"


class Form(StrEnum):
    """How a value is written: alone, as an item of a block or flow list, or below a key without
    the dash that it needs."""

    SCALAR = "scalar"
    BLOCK = "block"
    FLOW = "flow"
    DASHLESS = "dashless"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the frontmatter, or where one could be typed. `parent` is "" at the top level."""

    name: str
    span: Span
    parent: str = ""
    typed: bool = True

    @property
    def field(self) -> Field | None:
        return field_of(self.name, self.parent)


@dataclass(frozen=True, slots=True)
class Value:
    """A value or list item of `field` (None: unknown key). `span` holds the text without quotes;
    `index` counts items from zero."""

    key: str
    field: Field | None
    text: str
    span: Span
    form: Form = Form.SCALAR
    index: int = 0
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """An id in the prose, or one that a list item of members names; `exact`: no short form."""

    text: str
    span: Span
    exact: bool = False


@dataclass(frozen=True, slots=True)
class LinkTarget:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Title:
    heading: Heading
    span: Span


@dataclass(frozen=True, slots=True)
class Section:
    heading: Heading
    span: Span


@dataclass(frozen=True, slots=True)
class CriterionPlace:
    criterion: Criterion
    span: Span


@dataclass(frozen=True, slots=True)
class Prose:
    """Any other place of the body; `line` is what stands before the offset in its line."""

    span: Span
    line: str = ""


Place = Key | Value | Mention | LinkTarget | Title | Section | CriterionPlace | Prose


def field_of(name: str, parent: str = "") -> Field | None:
    rows = {row.name: row for row in BY_NAME[parent].rows} if parent in BY_NAME else {}
    return rows.get(name) if parent else BY_NAME.get(name)


def place_at(document: Document, offset: int) -> Place:
    """Total: every offset is some place."""
    front = document.frontmatter
    if front is not None and offset in front.inner:
        return _in_mapping(document.text, front.mapping, offset, "") or _in_line(document, offset)
    return _in_body(document, offset)


def in_frontmatter(document: Document, offset: int) -> bool:
    return document.frontmatter is not None and offset in document.frontmatter.span


def scalar_values(mapping: Mapping, text: str, parent: str = "") -> Iterator[Value]:
    """Every value that is text, list items one by one, those of nested fields too."""
    for entry in mapping.entries:
        yield from _values(entry, text, parent)


def _values(entry: Entry, text: str, parent: str) -> Iterator[Value]:
    key, node = entry.key.text, entry.value
    field = field_of(key, parent)
    if isinstance(node, Mapping):
        if not parent:
            yield from scalar_values(node, text, key)
    elif isinstance(node, YamlList):
        form = Form.FLOW if node.flow else Form.BLOCK
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield Value(key, field, item.text, bare(item, text), form, index, parent)
    elif not node.null:
        yield Value(key, field, node.text, bare(node, text), parent=parent)


def bare(scalar: Scalar, text: str) -> Span:
    """The span of a scalar without its quotes."""
    span = scalar.span
    if scalar.quote not in ("'", '"') or span.end - span.start < 2:
        return span
    closed = text[span.end - 1] == scalar.quote
    return Span(span.start + 1, span.end - 1 if closed else span.end)


def _in_mapping(text: str, mapping: Mapping, offset: int, parent: str) -> Place | None:
    for entry in mapping.entries:
        if offset in entry.key.span:
            return Key(entry.key.text, entry.key.span, parent)
        if isinstance(entry.value, Mapping) and not parent and _holds(entry.value, offset):
            return _in_mapping(text, entry.value, offset, entry.key.text)
        if isinstance(entry.value, Scalar) and _LINE.search(_between(entry, text)):
            continue
        for value in _values(entry, text, parent):
            if offset in value.span and value.text and not _LINE.search(value.span.of(text)):
                return value
    return None


def _holds(node: Node, offset: int) -> bool:
    return offset in node.span


def _between(entry: Entry, text: str) -> str:
    """What separates key and value: a line break where the value is one of those half typed."""
    return text[entry.key.span.end : entry.value.span.start]


def _in_line(document: Document, offset: int) -> Place:
    found = place_lines.at(document, offset)
    if found.key_span is not None:
        return Key(found.key, found.key_span, found.parent, typed=False)
    field = field_of(found.key, found.parent)
    form = Form(found.form)
    text = found.span.of(document.text)
    return Value(found.key, field, text, found.span, form, found.index, found.parent)


def _in_body(document: Document, offset: int) -> Place:
    body = document.body
    for mention in body.mentions:
        if offset in mention.span:
            return Mention(mention.text, mention.span)
    for item in body.member_items:
        if offset in item.span and (found := _named_by_item(document.text, item, offset)):
            return found
    for link in body.links:
        if offset in link.span:
            return LinkTarget(link.target, link.span)
    return _in_structure(document, offset)


def _named_by_item(text: str, item: ListItem, offset: int) -> Mention | None:
    start = end = offset
    while start > item.span.start and text[start - 1] not in _WORD_ENDS:
        start -= 1
    while end < item.span.end and text[end] not in _WORD_ENDS:
        end += 1
    word = text[start:end]
    if not word or word not in (*item.depends, item.id, item.slug):
        return None
    return Mention(word, Span(start, end), exact=word == item.slug)


def _in_structure(document: Document, offset: int) -> Place:
    body = document.body
    if body.title is not None and offset in body.title.line:
        return Title(body.title, body.title.span)
    for heading in body.headings:
        if offset in heading.line:
            return Section(heading, heading.span)
    for box in body.boxes:
        if offset in box.line:
            return CriterionPlace(box, box.line)
    start = line_start(document.text, offset)
    return Prose(Span(offset, offset), document.text[start:offset])
