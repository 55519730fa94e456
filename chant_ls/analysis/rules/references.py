"""Entries of `depends_on` and `members`: whom they name."""

from collections.abc import Iterator
from typing import NamedTuple

from chant_ls.analysis.occurrences import is_no_path, meant
from chant_ls.analysis.paths import path_values
from chant_ls.analysis.resolve import Scope, is_foreign, resolve
from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ambiguous, Missing, Resolution, Resolved, Severity
from chant_ls.model.fields import Holds
from chant_ls.model.spec import SpecId
from chant_ls.syntax.nodes import Scalar, Sequence
from chant_ls.syntax.text import Span

FIELDS = ("depends_on", "members")


class Reference(NamedTuple):
    field: str
    scalar: Scalar
    meaning: Resolution

    @property
    def text(self) -> str:
        return self.scalar.text


def scalars(subject: Subject, field: str) -> tuple[Scalar, ...]:
    """The entries of a field: items of a list, or the one value."""
    entry = subject.document.entry(field)
    value = entry.value if entry else None
    if isinstance(value, Sequence):
        return tuple(item for item in value.items if isinstance(item, Scalar) and item.text)
    return (value,) if isinstance(value, Scalar) and not value.null else ()


def references(subject: Subject, *fields: str) -> Iterator[Reference]:
    for field in fields or FIELDS:
        for scalar in scalars(subject, field):
            meaning = resolve(subject.snapshot, scalar.text, Scope.REFERENCE)
            yield Reference(field, scalar, meaning)


@rule("unknown-dependency", Severity.ERROR, project=True)
def unknown_dependency(subject: Subject) -> Iterator[Finding]:
    """An entry of `depends_on` or `members` names a spec that does not exist, neither active nor
    in the archive. A spec with such a dependency stays blocked.

    Placeholders such as `<some-spec-id>`, copied from a guide, are told apart. Specs of other
    repositories are written `repo:id`; `repo` must be configured.

    **Fix:** the quick fixes write the id that looks most like it, remove the entry, or create the
    spec.

    ```yaml
    depends_on:
      - 2026-01-29-010-abd   # the spec is 2026-01-29-010-abc
    ```
    """
    for one in references(subject):
        if isinstance(one.meaning, Missing):
            near = [id for id in one.meaning.nearest if id != subject.id]
            message = _unknown(subject, one.text, near)
            if message:
                yield Finding(one.scalar.span, message, data={"nearest": near, "text": one.text})


def _unknown(subject: Subject, text: str, near: list[SpecId]) -> str:
    if is_foreign(text):
        return _unknown_abroad(subject.snapshot, *text.split(":", 1))
    if text.startswith("<"):
        return f"`{text}` is a placeholder: write the id of a spec, or remove the entry"
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"no spec `{text}`{hint}"


def _unknown_abroad(snapshot: Snapshot, repo: str, id: str) -> str:
    """ "" too where it was not looked up yet."""
    if repo not in snapshot.config.repos:
        return f"no repository `{repo}` configured"
    looked_up = f"{repo}:{id}" in snapshot.foreign
    return f"no spec `{id}` in {snapshot.config.repos[repo]}" if looked_up else ""


@rule("ambiguous-id", Severity.ERROR, project=True)
def ambiguous_id(subject: Subject) -> Iterator[Finding]:
    """A short id in `depends_on` or `members` could mean several specs.

    **Fix:** the quick fixes write one of the candidates whole.

    ```yaml
    depends_on: [abc]   # 2026-01-29-010-abc or 2026-01-30-001-abc?
    ```
    """
    for one in references(subject):
        if isinstance(one.meaning, Ambiguous):
            found = one.meaning.candidates
            more = f" and {len(found) - 5} more" if len(found) > 5 else ""
            message = f"`{one.text}` could be {', '.join(found[:5])}{more}"
            yield Finding(one.scalar.span, message, data={"candidates": list(found[:10])})


@rule("self-dependency", Severity.ERROR, project=True)
def self_dependency(subject: Subject) -> Iterator[Finding]:
    """A spec names itself in `depends_on` or `members`, so it would wait for itself for ever.

    **Fix:** the quick fix removes the entry.
    """
    for one in references(subject):
        if one.meaning == Resolved(subject.id):
            word = "depends on" if one.field == "depends_on" else "is a member of"
            yield Finding(one.scalar.span, f"the spec {word} itself")


@rule("duplicate-entry", Severity.WARNING, project=True)
def duplicate_entry(subject: Subject) -> Iterator[Finding]:
    """The same spec stands twice in `depends_on` or `members`.

    **Fix:** the quick fix removes the second entry.
    """
    seen: set[tuple[str, str]] = set()
    for one in references(subject):
        target = one.meaning.id if isinstance(one.meaning, Resolved) else one.text
        if (one.field, target) in seen:
            yield Finding(one.scalar.span, f"`{target}` stands in `{one.field}` already")
        seen.add((one.field, target))


@rule("partial-id", Severity.HINT, project=True)
def partial_id(subject: Subject) -> Iterator[Finding]:
    """A short id that means exactly one spec today, also where a path could stand. Tomorrow another
    spec may match as well.

    **Fix:** the quick fix writes the id whole.

    ```yaml
    depends_on: [010-abc]   # write 2026-01-29-010-abc
    ```
    """
    for one in references(subject):
        if isinstance(one.meaning, Resolved) and one.meaning.id != one.text:
            yield _short(one.scalar.span, one.meaning.id)
    for value in path_values(subject.file):
        if value.field is not None and value.field.holds is Holds.SPEC_OR_PATH:
            id = meant(subject.snapshot, value.text, paths=True)
            if id not in (None, value.text) and is_no_path(subject.snapshot, value.text):
                yield _short(value.span, str(id))


def _short(span: Span, id: str) -> Finding:
    return Finding(span, f"short for `{id}`", data={"id": id})
