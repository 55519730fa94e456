"""Where in the frontmatter a value stands: what an edit is for. A name alone may stand twice."""

from collections.abc import Iterator
from typing import NamedTuple

from chant_ls.syntax.nodes import Document, Entry, Mapping, Node, Scalar, Sequence
from chant_ls.syntax.text import Span


class Slot(NamedTuple):
    """An entry of `mapping`, or that `item` of its list. `name` is dotted where the mapping
    is itself a value: `approval.status`."""

    mapping: Mapping
    entry: Entry
    name: str
    item: int | None = None

    @property
    def value(self) -> Node:
        whole = self.entry.value
        return whole if self.item is None else items_of(whole)[self.item]


def slots(document: Document) -> Iterator[Slot]:
    """Every entry, those of nested mappings behind the one that holds them."""
    if document.frontmatter is not None:
        yield from _below(document.frontmatter.mapping, "")


def _below(mapping: Mapping, prefix: str) -> Iterator[Slot]:
    for entry in mapping.entries:
        name = prefix + entry.key.text
        yield Slot(mapping, entry, name)
        if isinstance(entry.value, Mapping):
            yield from _below(entry.value, f"{name}.")


def named(document: Document, name: str) -> Slot | None:
    """The first entry of that name, which is the one that counts."""
    return next((slot for slot in slots(document) if slot.name == name), None)


def with_key(document: Document, span: Span) -> Slot | None:
    """The entry whose key has exactly that span."""
    return next((slot for slot in slots(document) if slot.entry.key.span == span), None)


def with_value(document: Document, span: Span) -> Slot | None:
    """The entry, or the item of its list, whose value has exactly that span."""
    for slot in slots(document):
        if slot.entry.value.span == span:
            return slot
        if not slot.entry.value.span.start <= span.start <= slot.entry.value.span.end:
            continue
        if isinstance(slot.entry.value, Sequence) and not aliased(slot.entry.value):
            for index, item in enumerate(slot.entry.value.items):
                if item.span == span:
                    return slot._replace(item=index)
    return None


def texts(document: Document, name: str) -> tuple[str, ...]:
    """The texts that a field holds: items of its list, or its one value."""
    return tuple(text for _, text in items(document, name))


def items(document: Document, name: str) -> tuple[tuple[Slot, str], ...]:
    """Each of the texts with its place."""
    slot = named(document, name)
    if slot is None:
        return ()
    whole = isinstance(slot.entry.value, Sequence)
    return tuple(
        (slot._replace(item=index if whole else None), item.text)
        for index, item in enumerate(items_of(slot.entry.value))
        if isinstance(item, Scalar) and not item.null
    )


def items_of(value: Node) -> tuple[Node, ...]:
    return value.items if isinstance(value, Sequence) else (value,)


def aliased(value: Sequence) -> bool:
    """Whether the items stand elsewhere: behind the anchor that `*name` stands for."""
    return bool(value.items) and value.items[0].span.start < value.span.start
