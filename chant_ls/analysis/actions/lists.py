"""Lists in the frontmatter, several items at a time."""

from collections.abc import Iterable

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import SpecId
from chant_ls.syntax import edits, slots
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import Edit


def with_items(document: Document, name: str, items: Iterable[str]) -> tuple[Edit, ...]:
    """The list with those items that it does not hold yet."""
    there = slots.texts(document, name)
    new = [item for item in dict.fromkeys(items) if item not in there]
    return edits.add_items(document, name, new)


def with_dependencies(
    snapshot: Snapshot, document: Document, ids: Iterable[SpecId]
) -> tuple[Edit, ...]:
    """`depends_on` with these too. A `.N` member without that key waits for the members before it;
    they are written along, for the key ends that order."""
    facts = document.facts
    before = () if facts.depends_on is not None else snapshot.graph.earlier_siblings(facts.id)
    return with_items(document, "depends_on", (*before, *ids))


def without_item(document: Document, name: str, item: str) -> tuple[Edit, ...]:
    """The list without the first such item."""
    found = (slot for slot, text in slots.items(document, name) if text == item)
    slot = next(found, None)
    return edits.remove_value(document, slot) if slot else ()
