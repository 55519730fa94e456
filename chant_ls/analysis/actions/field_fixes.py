"""Quick fixes of fields: names, shapes, values."""

import re
from collections.abc import Iterator
from functools import partial

from chant_ls.analysis.actions.fix import fix, quick_fix, texts
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Change, Diagnostic
from chant_ls.model.fields import BY_NAME, Shape
from chant_ls.syntax.edits import (
    add_items,
    remove_entry,
    set_field,
    set_title,
    set_value,
    wrap_in_list,
)
from chant_ls.syntax.nodes import Scalar, Sequence
from chant_ls.syntax.slots import Slot, with_key, with_value
from chant_ls.syntax.text import Edit, Span

_UNFIT = re.compile(r"[\[\]{}#:\n\r]")
"""What would mean something else between brackets."""

_TRUTH = {"yes": "true", "on": "true", "y": "true", "1": "true"} | {
    "no": "false",
    "off": "false",
    "n": "false",
    "0": "false",
}


@fix("wrong-type")
def fix_type(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    slot, shape = with_value(subject.document, diagnostic.span), diagnostic.data.get("shape")
    value = slot.value if slot else None
    if slot is None:
        return
    if shape == Shape.LIST and isinstance(value, Scalar):
        title = f"Put `{value.text}` into a list"
        yield from quick_fix(subject, diagnostic, title, _listed(subject, slot, value), True)
    elif shape == Shape.TEXT and isinstance(value, Sequence) and len(value.items) == 1:
        item = value.items[0]
        if isinstance(item, Scalar):
            edits = set_value(subject.document, slot, item.text)
            yield from quick_fix(subject, diagnostic, f"Take `{item.text}` alone", edits, True)
    elif shape == Shape.BOOL:
        yield from _truth(subject, diagnostic, slot)


def _listed(subject: Subject, slot: Slot, value: Scalar) -> tuple[Edit, ...]:
    """Brackets around what stands there: `bug, ui` was meant as two. A comma in a path was not."""
    one_item = value.quote in ("'", '"') or "," not in value.text or not BY_NAME[slot.name].globs
    if one_item and value.quote not in ("|", ">") and not _UNFIT.search(value.text):
        start, end = value.span.start, value.span.end
        return (Edit(Span(start, start), "["), Edit(Span(end, end), "]"))
    return wrap_in_list(subject.document, slot)


def _truth(subject: Subject, diagnostic: Diagnostic, slot: Slot) -> Iterator[Action]:
    written = diagnostic.span.of(subject.document.text).strip("'\"").lower()
    meant = _TRUTH.get(written, written if written in ("true", "false") else "")
    if meant:
        edits = set_value(subject.document, slot, meant)
        yield from quick_fix(subject, diagnostic, f"Write `{meant}`", edits, True)


@fix("invalid-value")
def fix_value(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    for meant in texts(diagnostic.data, "nearest"):
        yield from _changing(subject, diagnostic, meant, True)


@fix("stored-status")
def fix_status(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield from _changing(subject, diagnostic, "pending", True)


def _changing(
    subject: Subject, diagnostic: Diagnostic, meant: str, preferred: bool
) -> Iterator[Action]:
    """Writes another text in the place of the value that the diagnostic marks."""
    if slot := with_value(subject.document, diagnostic.span):
        edits = set_value(subject.document, slot, meant)
        yield from quick_fix(subject, diagnostic, f"Change to `{meant}`", edits, preferred)


@fix("unknown-field")
def fix_name(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    slot = with_key(subject.document, diagnostic.span)
    if slot is None:
        return
    first = slot.mapping.get(slot.entry.key.text) == slot.entry
    for meant in texts(diagnostic.data, "nearest"):
        if first and slot.mapping.get(meant) is None:
            edits = (Edit(diagnostic.span, meant),)
            yield from quick_fix(subject, diagnostic, f"Rename to `{meant}`", edits, True)
    yield from _removal(subject, diagnostic, slot)


def _removal(
    subject: Subject, diagnostic: Diagnostic, slot: Slot, preferred: bool = False
) -> Iterator[Action]:
    edits = remove_entry(subject.document, slot)
    yield from quick_fix(subject, diagnostic, f"Remove `{slot.name}`", edits, preferred)


@fix("misplaced-field")
def fix_misplaced(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    document = subject.document
    slot = with_key(document, diagnostic.span)
    if slot is None:
        return
    name, value = slot.name, slot.value.text.strip() if isinstance(slot.value, Scalar) else "?"
    gone = remove_entry(document, slot)
    if name == "title" and document.body.title is None and value:
        if heading := set_title(document, value):
            edits = (*gone, *heading)
            yield from quick_fix(subject, diagnostic, "Make it the heading", edits, True)
    elif name == "needs_approval" and value.lower() in ("true", "yes"):
        edits = (*gone, *set_field(document, "approval.required", "true"))
        yield from quick_fix(subject, diagnostic, "Write `approval: {required: true}`", edits, True)
    else:
        told = _told_elsewhere(subject, name, value)
        if not told and name == "parent":
            yield from _membership(subject, diagnostic, value, gone)
        yield from _removal(subject, diagnostic, slot, preferred=told)


def _told_elsewhere(subject: Subject, name: str, value: str) -> bool:
    """Whether nothing is lost with the entry."""
    if name == "parent":
        driver = subject.snapshot.graph.target(value)
        return driver is not None and driver in subject.snapshot.graph.drivers(subject.id)
    same = {
        "id": subject.id,
        "title": " ".join(subject.facts.title.split()),
        "needs_approval": value if value.lower() in ("false", "no") else "",
    }
    return value in ("", same.get(name, ""))


def _membership(
    subject: Subject, diagnostic: Diagnostic, parent: str, gone: tuple[Edit, ...]
) -> Iterator[Action]:
    """Writes what `parent` means into the `members` of that spec."""
    driver = subject.snapshot.graph.target(parent)
    file = subject.snapshot.find(driver) if driver else None
    if file is not None and file.document.trustworthy and driver != subject.id:
        added = add_items(file.document, "members", [subject.id])
        title = f"Make it a member of `{driver}`"
        change = partial(Change, {subject.file.path: gone, file.path: added}, label=title)
        yield Action(title, ActionKind.QUICK_FIX, change, fixes=(diagnostic,))


@fix("missing-title")
def fix_title(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    entry = subject.document.entry("title")
    value = entry.value.text if entry and isinstance(entry.value, Scalar) else ""
    words = value or subject.id.replace("-", " ").replace("_", " ").capitalize()
    edits = set_title(subject.document, words)
    yield from quick_fix(subject, diagnostic, f"Write the title `# {words}`", edits)


@fix("unknown-prompt")
def fix_prompt(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    for number, name in enumerate(texts(diagnostic.data, "nearest")):
        yield from _changing(subject, diagnostic, name, preferred=number == 0)
    if slot := with_value(subject.document, diagnostic.span):
        edits = remove_entry(subject.document, slot)
        yield from quick_fix(subject, diagnostic, "Remove `prompt`: use the default", edits)
