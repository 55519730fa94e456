"""Lists in the frontmatter, several items at a time."""

from collections.abc import Iterable

from chant_ls.syntax import edits
from chant_ls.syntax.nodes import Document, Scalar
from chant_ls.syntax.nodes import Sequence as YamlList
from chant_ls.syntax.text import Edit


def with_items(document: Document, name: str, items: Iterable[str]) -> tuple[Edit, ...]:
    """The list with those items that it does not hold yet."""
    there = texts(document, name)
    new = [item for item in dict.fromkeys(items) if item not in there]
    if len(new) == 1:
        return edits.add_item(document, name, new[0])
    return edits.set_field(document, name, [*there, *new]) if new else ()


def texts(document: Document, name: str) -> tuple[str, ...]:
    entry = document.entry(name)
    if entry is None:
        return ()
    items = entry.value.items if isinstance(entry.value, YamlList) else (entry.value,)
    return tuple(item.text for item in items if isinstance(item, Scalar) and not item.null)
