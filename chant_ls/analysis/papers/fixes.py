"""Quick fixes of files that are no specs."""

from collections.abc import Iterable, Iterator

from chant_ls.analysis.papers.check import check
from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.types import Action, ActionKind, Change, Diagnostic
from chant_ls.model.fields import Field, Holds, Shape
from chant_ls.model.likeness import alike
from chant_ls.model.papers import ANY, row_at
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.edits import remove_entry, set_value, wrap_in_list
from chant_ls.syntax.nodes import Document, Scalar
from chant_ls.syntax.slots import Slot, with_key, with_value
from chant_ls.syntax.text import Edit, Span

_PAPER = SpecId("paper")


def fixes(sheet: Sheet, span: Span) -> Iterator[Action]:
    """What puts right the diagnostics that `span` touches."""
    for one in check(sheet):
        if one.span.start <= span.end and span.start <= one.span.end:
            yield from _of(sheet, parse(sheet.text, _PAPER), one)


def _of(sheet: Sheet, document: Document, one: Diagnostic) -> Iterator[Action]:
    """The span tells what is wrong: a key, a value, or a variable of the body."""
    if (slot := with_key(document, one.span)) is not None:
        yield from _of_key(sheet, document, slot, one)
    elif (slot := with_value(document, one.span)) is not None:
        yield from _of_value(sheet, document, slot, one)
    else:
        for name in alike(one.span.of(sheet.text), sheet.known()):
            yield _fix(sheet, one, f"Change to `{name}`", [Edit(one.span, name)], preferred=True)


def _of_key(sheet: Sheet, document: Document, slot: Slot, one: Diagnostic) -> Iterator[Action]:
    if one.code == "unknown-field":
        present = {entry.key.text for entry in slot.mapping.entries}
        free = [name for name in _rows(sheet, slot.name.rpartition(".")[0]) if name not in present]
        for name in alike(slot.entry.key.text, free):
            yield _fix(sheet, one, f"Rename to `{name}`", [Edit(one.span, name)], preferred=True)
    if one.code in ("unknown-field", "duplicate-key"):
        yield _fix(sheet, one, f"Remove `{slot.name}`", remove_entry(document, slot))


def _of_value(sheet: Sheet, document: Document, slot: Slot, one: Diagnostic) -> Iterator[Action]:
    row = row_at(sheet.rows, _keys(slot.name))
    value = slot.value
    if row is None or not isinstance(value, Scalar):
        return
    for text in alike(value.text, _known(sheet, row)):
        made = set_value(document, slot, text)
        yield _fix(sheet, one, f"Change to `{text}`", made, preferred=True)
    if row.shape is Shape.LIST and slot.item is None:
        made = wrap_in_list(document, slot)
        yield _fix(sheet, one, f"Put `{value.text}` into a list", made, preferred=True)


def _known(sheet: Sheet, row: Field) -> list[str]:
    match row.holds:
        case Holds.ENUM:
            return list(row.values)
        case Holds.PROMPT:
            return sorted(sheet.snapshot.prompts.keys() - {sheet.prompt})
        case Holds.PROVIDER:
            return sorted({*sheet.snapshot.config.providers, *sheet.snapshot.tools})
    return []


def _rows(sheet: Sheet, above: str) -> list[str]:
    """The keys that may stand below these."""
    row = row_at(sheet.rows, _keys(above)) if above else None
    rows = row.rows if row else sheet.rows if not above else ()
    return [one.name for one in rows if one.name != ANY]


def _keys(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


def _fix(
    sheet: Sheet, one: Diagnostic, title: str, edits: Iterable[Edit], preferred: bool = False
) -> Action:
    change = Change({sheet.path: tuple(edits)}, label=title)
    kind = ActionKind.QUICK_FIX
    return Action(title, kind, lambda: change, fixes=(one,), preferred=preferred)
