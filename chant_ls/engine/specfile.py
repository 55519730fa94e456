"""Changes of a spec's text that the execution core makes: smallest edits, all other bytes kept."""

from collections.abc import Iterable, Mapping

from chant_ls.model.fields import MACHINE_FIELDS
from chant_ls.model.spec import SpecId
from chant_ls.syntax import edits
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Criterion, Document
from chant_ls.syntax.text import Edit, apply


def decode(data: bytes) -> str:
    """Bytes that are no UTF-8 survive: `encode` gives them back."""
    return data.decode("utf-8", errors="surrogateescape")


def encode(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")


def with_fields(text: str, id: SpecId, values: Mapping[str, str | tuple[str, ...]]) -> str:
    """The text with these fields set; one after the other, so that each sees the last."""
    for name, value in values.items():
        document = parse(text, id)
        text = apply(text, edits.set_field(document, name, value))
    return text


def without_machine_changes(copy: Document, snapshot: Document) -> str:
    """The agent's copy with the fields that no agent sets as they were in the snapshot."""
    if not copy.trustworthy or copy.frontmatter is None:
        return copy.text
    text, id = copy.text, copy.facts.id
    for name in sorted(MACHINE_FIELDS):
        document = parse(text, id)
        have, want = document.entry(name), snapshot.entry(name)
        had = have.lines.of(text) if have else ""
        wanted = want.lines.of(snapshot.text) if want else ""
        if had == wanted:
            continue
        if have:
            text = apply(text, [Edit(have.lines, wanted)])
        elif document.frontmatter:
            end = document.frontmatter.inner.end
            text = text[:end] + wanted + text[end:]
    return text


def with_boxes(document: Document, done: Mapping[str, bool]) -> str:
    """The text with the boxes of the criteria of these texts set; each box at most once."""
    changes = (
        Edit(criterion.box, "x" if done[criterion.text] else " ")
        for criterion in document.body.criteria
        if criterion.text in done and criterion.done != done[criterion.text]
    )
    return apply(document.text, changes)


def open_criteria(copy: Document, snapshot: Document) -> tuple[str, ...]:
    """What is not ticked in the copy. A criterion that the agent removed or reworded is open, and
    so is one that it added and did not tick."""
    ticked = [c.text for c in copy.body.criteria if c.done]
    left = [c.text for c in copy.body.criteria if not c.done]
    for criterion in snapshot.body.criteria:
        if criterion.text in ticked:
            ticked.remove(criterion.text)
        elif criterion.text not in left:
            left.append(criterion.text)
    return tuple(left)


def checked(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Criteria that carry a check of their own."""
    return tuple(criterion for criterion in criteria if criterion.check)
