"""What could be typed in a file that is no spec."""

import re
from collections.abc import Iterator

from chant_ls.analysis.completion_items import Completion, Completions, ItemKind
from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.papers.typing import Typing, typing_at
from chant_ls.analysis.rules import RULES
from chant_ls.model.fields import Field, Holds, Shape
from chant_ls.model.papers import ANY, row_at
from chant_ls.syntax.nodes import Mapping, Node
from chant_ls.syntax.text import Edit, Span

_OPEN = re.compile(r"\{\{[ \t]*([^{}\r\n]*)\Z")
_REST = re.compile(r"[\w.]*")
_LONGEST = 80


def complete(sheet: Sheet, offset: int) -> Completions:
    """Keys and values in the frontmatter, variables in the body."""
    front = sheet.read.frontmatter
    if front and front.inner.start <= offset <= front.inner.end and offset < sheet.read.body_start:
        typing = typing_at(sheet.text, front.inner, offset)
        if typing is None:
            return Completions()
        found = _values(sheet, typing) if typing.value else _keys(sheet, typing)
        return Completions(tuple(found))
    return Completions(tuple(_variables(sheet, offset)))


def _variables(sheet: Sheet, offset: int) -> Iterator[Completion]:
    opened = _OPEN.search(sheet.text, max(0, offset - _LONGEST), offset) if sheet.filled else None
    if opened is None:
        return
    rest = _REST.match(sheet.text, offset)
    span = Span(offset - len(opened[1]), rest.end() if rest else offset)
    closed = sheet.text.startswith("}}", span.end)
    for name, told in sheet.known().items():
        new = name if closed else name + "}}"
        yield Completion(name, ItemKind.VALUE, Edit(span, new), filter=name, detail=told)


def _keys(sheet: Sheet, typing: Typing) -> Iterator[Completion]:
    parent = row_at(sheet.rows, typing.keys)
    if parent and parent.shape in (Shape.LIST, Shape.LIST_OR_TEXT) and not parent.rows:
        yield from _named(sheet, parent, typing)
        return
    rows = sheet.rows if not typing.keys else parent.rows if parent else ()
    present = _present(sheet.mapping, typing)
    colon = sheet.text.startswith(":", typing.span.end)
    for number, (name, row) in enumerate(_offered(rows, typing.keys)):
        if name not in present:
            new = name if colon else _key_text(name, row)
            edit, sort = Edit(typing.span, new), f"{row.machine:d}{number:03}"
            key = f"paper:{sheet.kind}:{'.'.join((*typing.keys, name))}"
            kind = ItemKind.FIELD
            yield Completion(name, kind, edit, sort=sort, detail=row.shape.value, key=key)


def _offered(rows: tuple[Field, ...], keys: tuple[str, ...]) -> Iterator[tuple[str, Field]]:
    """Any name will do for an agent; those of diagnostics are known."""
    for row in rows:
        if row.name != ANY:
            yield row.name, row
        elif keys == ("lint", "rules"):
            yield from ((code, row) for code in sorted(RULES))


def _key_text(name: str, row: Field) -> str:
    return f"{name}:" if row.shape is Shape.MAP else f"{name}: "


def _present(mapping: Mapping | None, typing: Typing) -> set[str]:
    node: Node | None = mapping
    for name in typing.keys:
        entry = node.get(name) if isinstance(node, Mapping) else None
        node = entry.value if entry else None
    entries = node.entries if isinstance(node, Mapping) else ()
    return {e.key.text for e in entries if e.key.span.start != typing.span.start}


def _values(sheet: Sheet, typing: Typing) -> Iterator[Completion]:
    row = row_at(sheet.rows, typing.keys)
    if row is not None:
        yield from _named(sheet, row, typing)


def _named(sheet: Sheet, row: Field, typing: Typing) -> Iterator[Completion]:
    before = " " if sheet.text[typing.span.start - 1 : typing.span.start] == ":" else ""
    behind = " " if sheet.text.startswith("#", typing.span.end) else ""
    for number, text in enumerate(_texts(sheet, row)):
        edit = Edit(typing.span, f"{before}{text}{behind}")
        yield Completion(text, ItemKind.VALUE, edit, filter=text, sort=f"{number:03}")


def _texts(sheet: Sheet, row: Field) -> list[str]:
    snapshot = sheet.snapshot
    match row.holds:
        case Holds.ENUM:
            return list(row.values)
        case Holds.PROMPT:
            return sorted(snapshot.prompts.keys() - {sheet.prompt})
        case Holds.PROVIDER:
            return sorted({*snapshot.config.providers, *snapshot.tools})
        case Holds.MODEL:
            models = {one.model for one in snapshot.config.providers.values()}
            return sorted({snapshot.config.model, *models} - {""})
    if row.shape is Shape.BOOL:
        return ["true", "false"]
    return sorted(RULES) if row.name == "disable" else []
