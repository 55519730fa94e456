"""Fields: their names, their shapes, their values."""

import re
from collections.abc import Iterator

from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.types import Severity
from chant_ls.model.fields import BY_NAME, FIELDS, MISPLACED, Field, Holds, Shape
from chant_ls.model.likeness import alike
from chant_ls.syntax.nodes import Entry, Mapping, Node, Scalar, Sequence

_BOOLEANS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d*|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)\Z")


def nearest(word: str, words: tuple[str, ...]) -> str:
    """The one of `words` that `word` was meant to be, or ""."""
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    found = alike(plain, words)
    return found[0] if found else ""


def _known(subject: Subject) -> Iterator[tuple[Field, Entry]]:
    for entry in subject.entries():
        field = BY_NAME.get(entry.key.text)
        if field is None:
            continue
        yield field, entry
        if isinstance(entry.value, Mapping):
            rows = {row.name: row for row in field.rows}
            inner = ((rows.get(one.key.text), one) for one in entry.value.entries)
            yield from ((row, one) for row, one in inner if row is not None)


@rule("wrong-type", Severity.ERROR)
def wrong_type(subject: Subject) -> Iterator[Finding]:
    """A field has a value of the wrong shape: one word where a list belongs, a list where one word
    belongs, something else than `true` or `false`.

    Such a value is read as well as it can be, but other tools read it differently.

    **Fix:** the quick fix puts a single value into a list, takes a list's only item out of it, or
    writes `true` and `false` for `yes` and `no`.

    ```yaml
    labels: bug        # write labels: [bug]
    type: [code]       # write type: code
    ```
    """
    for field, entry in _known(subject):
        yield from _misshapen(field, entry.value)


def _misshapen(field: Field, value: Node) -> Iterator[Finding]:
    if isinstance(value, Scalar):
        if not value.null and not scalar_fits(field.shape, value):
            yield _wrong(field, value)
    elif isinstance(value, Mapping):
        if field.shape is not Shape.MAP:
            yield _wrong(field, value)
    elif field.shape in (Shape.LIST, Shape.LIST_OR_TEXT):
        for item in value.items:
            if not isinstance(item, Scalar):
                yield Finding(item.span, f"an item of `{field.name}` must be a single value")
    else:
        yield _wrong(field, value)


def scalar_fits(shape: Shape, value: Scalar) -> bool:
    if shape is Shape.BOOL:
        return value.text in _BOOLEANS
    if shape is Shape.INT:
        return _INTEGER.match(value.text) is not None
    return shape in (Shape.TEXT, Shape.LIST_OR_TEXT)


def _wrong(field: Field, value: Node) -> Finding:
    is_a = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping"}[type(value)]
    wanted = {Shape.TEXT: "a single value", Shape.LIST: "a list", Shape.MAP: "a mapping"}
    must = wanted.get(field.shape, field.shape.value)
    data = {"field": field.name, "shape": field.shape.value}
    if isinstance(value, Scalar) and field.shape in (Shape.BOOL, Shape.INT):
        return Finding(value.span, f"`{field.name}` must be {must}, not `{value.text}`", data=data)
    return Finding(value.span, f"`{field.name}` must be {must}, not {is_a}", data=data)


@rule("invalid-value", Severity.ERROR)
def invalid_value(subject: Subject) -> Iterator[Finding]:
    """A field that knows a few values has another one.

    An unknown `type` is worked as `code`; an unknown `status` keeps the spec from being worked.

    **Fix:** the quick fix writes the known value that looks most like it.

    ```yaml
    status: complete   # write status: completed
    ```
    """
    for field, entry in _known(subject):
        value = entry.value
        if field.holds is not Holds.ENUM or not isinstance(value, Scalar) or value.null:
            continue
        if value.text not in field.values and value.text not in field.aliases:
            meant = nearest(value.text, field.values)
            hint = f"; did you mean `{meant}`?" if meant else ""
            known = ", ".join(field.values)
            message = f"`{value.text}` is no {entry.key.text} (one of: {known}){hint}"
            yield Finding(value.span, message, data={"nearest": meant} if meant else {})


@rule("unknown-field", Severity.WARNING)
def unknown_field(subject: Subject) -> Iterator[Finding]:
    """A key that nothing reads, mostly a known one with a typing error.

    Unknown keys are kept when chant writes the file, but have no effect. In `.chant/config.md`, in
    prompts and in templates it is a key, or a `{{variable}}`, that nothing knows.

    **Fix:** the quick fix writes the known key, or removes the line. A project that needs keys of
    its own names them in `enterprise.required`, or sets `lint.rules: {unknown-field: off}`.

    ```yaml
    depend_on: [2026-01-29-010-abc]   # write depends_on
    ```
    """
    known = (*(row.name for row in FIELDS), *subject.snapshot.config.required_fields)
    for entry in subject.entries():
        name = entry.key.text
        if name not in known and name not in MISPLACED:
            yield _unknown(entry, known)
        elif name in BY_NAME and BY_NAME[name].rows and isinstance(entry.value, Mapping):
            rows = tuple(row.name for row in BY_NAME[name].rows)
            inner = (one for one in entry.value.entries if one.key.text not in rows)
            yield from (_unknown(one, rows) for one in inner)


def _unknown(entry: Entry, known: tuple[str, ...]) -> Finding:
    meant = nearest(entry.key.text, known)
    hint = f"; did you mean `{meant}`?" if meant else ""
    data = {"nearest": meant} if meant else {}
    return Finding(entry.key.span, f"unknown field `{entry.key.text}`{hint}", data=data)


@rule("misplaced-field", Severity.WARNING)
def misplaced_field(subject: Subject) -> Iterator[Finding]:
    """A key that people expect to work, but that does nothing in the frontmatter.

    The id of a spec is its file's name, its title is the first `# ` heading, and approval is a
    mapping of its own.

    **Fix:** the quick fix moves the value to where it counts, or removes the line.

    ```yaml
    needs_approval: true   # write approval: {required: true}
    ```
    """
    for entry in subject.entries():
        if entry.key.text in MISPLACED:
            reason = MISPLACED[entry.key.text]
            data = {"field": entry.key.text}
            yield Finding(entry.key.span, f"`{entry.key.text}` has no effect: {reason}", data=data)
