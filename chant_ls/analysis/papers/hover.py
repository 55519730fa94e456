"""What is known of the key, the value or the variable under the cursor."""

from chant_ls.analysis.hover import Hover
from chant_ls.analysis.markdown import code
from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.rules import RULES
from chant_ls.model.fields import Field
from chant_ls.model.papers import ROWS, Paper, row_at
from chant_ls.syntax.nodes import Mapping, Node, Sequence
from chant_ls.syntax.text import Span


def hover(sheet: Sheet, offset: int) -> Hover | None:
    known = sheet.known()
    for name, span in sheet.variables():
        if offset in span:
            return Hover(f"{code(name)}\n\n{known[name]}", span) if name in known else None
    place = _key_at(sheet.mapping, offset, ()) if sheet.mapping else None
    if place is None:
        return None
    keys, span = place
    row = row_at(sheet.rows, keys)
    return Hover(_doc(keys, row), span) if row else None


def document_for(key: str) -> str:
    """The documentation behind an item of completion: `<kind>:<dotted keys>`."""
    kind, _, path = key.partition(":")
    keys = tuple(path.split("."))
    row = row_at(ROWS[Paper(kind)], keys) if kind in set(Paper) else None
    return _doc(keys, row) if row else ""


def _doc(keys: tuple[str, ...], row: Field) -> str:
    allowed = f"\n\nOne of {', '.join(map(code, row.values))}." if row.values else ""
    rule = RULES.get(keys[-1]) if keys[:-1] == ("lint", "rules") else None
    text = rule.page if rule else row.doc
    return f"{code('.'.join(keys))}: {row.shape.value}\n\n{text}{allowed}"


def _key_at(node: Node, offset: int, path: tuple[str, ...]) -> tuple[tuple[str, ...], Span] | None:
    """The keys that lead to the key at `offset`, or to the value there that is no map."""
    if isinstance(node, Sequence):
        below = (_key_at(item, offset, path) for item in node.items)
        return next((found for found in below if found), None)
    if not isinstance(node, Mapping):
        return None
    for entry in node.entries:
        keys = (*path, entry.key.text)
        if offset in entry.key.span:
            return keys, entry.key.span
        if found := _key_at(entry.value, offset, keys):
            return found
        if not isinstance(entry.value, Mapping) and offset in entry.value.span:
            return keys, entry.value.span
    return None
