"""Quick fixes of fields: names, shapes, values."""

import re
from collections.abc import Iterator

from chant_ls.analysis.actions.fix import fix, place_of, quick_fix, texts
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, Diagnostic
from chant_ls.model.fields import BY_NAME, Shape
from chant_ls.syntax.edits import (
    remove_field,
    set_field,
    set_title,
    wrap_in_list,
)
from chant_ls.syntax.nodes import Scalar, Sequence
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
    place = place_of(subject.document, diagnostic.span)
    if place is None:
        return
    name, shape = place[0], diagnostic.data.get("shape")
    entry = subject.document.entry(name)
    value = entry.value if entry else None
    if shape == Shape.LIST and isinstance(value, Scalar):
        title = f"Put `{value.text}` into a list"
        yield from quick_fix(subject, diagnostic, title, _listed(subject, name, value), True)
    elif shape == Shape.TEXT and isinstance(value, Sequence) and len(value.items) == 1:
        item = value.items[0]
        if isinstance(item, Scalar):
            edits = set_field(subject.document, name, item.text)
            yield from quick_fix(subject, diagnostic, f"Take `{item.text}` alone", edits, True)
    elif shape == Shape.BOOL:
        yield from _truth(subject, diagnostic, name)


def _listed(subject: Subject, name: str, value: Scalar) -> tuple[Edit, ...]:
    """Brackets around what stands there: `bug, ui` was meant as two. A comma in a path was not."""
    one_item = value.quote in ("'", '"') or "," not in value.text or not BY_NAME[name].globs
    if one_item and value.quote not in ("|", ">") and not _UNFIT.search(value.text):
        start, end = value.span.start, value.span.end
        return (Edit(Span(start, start), "["), Edit(Span(end, end), "]"))
    return wrap_in_list(subject.document, name)


def _truth(subject: Subject, diagnostic: Diagnostic, name: str) -> Iterator[Action]:
    written = diagnostic.span.of(subject.document.text).strip("'\"").lower()
    meant = _TRUTH.get(written, written if written in ("true", "false") else "")
    if meant:
        edits = set_field(subject.document, name, meant)
        yield from quick_fix(subject, diagnostic, f"Write `{meant}`", edits, True)


@fix("invalid-value")
def fix_value(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    place = place_of(subject.document, diagnostic.span)
    for meant in texts(diagnostic.data, "nearest") if place else ():
        edits = set_field(subject.document, place[0], meant) if place else ()
        yield from quick_fix(subject, diagnostic, f"Change to `{meant}`", edits, True)


@fix("stored-status")
def fix_status(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    edits = set_field(subject.document, "status", "pending")
    yield from quick_fix(subject, diagnostic, "Change to `pending`", edits, True)


@fix("unknown-field")
def fix_name(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    for meant in texts(diagnostic.data, "nearest"):
        if subject.document.entry(meant) is None:
            edits = (Edit(diagnostic.span, meant),)
            yield from quick_fix(subject, diagnostic, f"Rename to `{meant}`", edits, True)
    yield from _removal(subject, diagnostic)


def _removal(subject: Subject, diagnostic: Diagnostic, preferred: bool = False) -> Iterator[Action]:
    """Removes the entry whose key the diagnostic marks, at the top or one level down."""
    for name in _names_of_key(subject, diagnostic):
        title, edits = f"Remove `{name}`", remove_field(subject.document, name)
        yield from quick_fix(subject, diagnostic, title, edits, preferred)


def _names_of_key(subject: Subject, diagnostic: Diagnostic) -> Iterator[str]:
    for entry in subject.entries():
        if entry.key.span == diagnostic.span:
            yield entry.key.text
        for inner in getattr(entry.value, "entries", ()):
            if inner.key.span == diagnostic.span:
                yield f"{entry.key.text}.{inner.key.text}"


@fix("misplaced-field")
def fix_misplaced(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    document = subject.document
    name = diagnostic.span.of(document.text)
    entry = document.entry(name)
    value = entry.value.text if entry and isinstance(entry.value, Scalar) else ""
    gone = remove_field(document, name)
    if name == "title" and document.body.title is None and value:
        edits = (*gone, *set_title(document, value))
        yield from quick_fix(subject, diagnostic, "Make it the heading", edits, True)
    elif name == "needs_approval" and value.lower() in ("true", "yes"):
        edits = (*gone, *set_field(document, "approval.required", "true"))
        yield from quick_fix(subject, diagnostic, "Write `approval: {required: true}`", edits, True)
    else:
        yield from _removal(subject, diagnostic, preferred=True)


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
        edits = set_field(subject.document, "prompt", name)
        title = f"Change to `{name}`"
        yield from quick_fix(subject, diagnostic, title, edits, preferred=number == 0)
    edits = remove_field(subject.document, "prompt")
    yield from quick_fix(subject, diagnostic, "Remove `prompt`: use the default", edits)
