"""Entries that name files, prompts, providers."""

from collections.abc import Iterator

from chant_ls.analysis.resolve import Scope, is_foreign, resolve
from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.snapshot import PathFact, PathKind
from chant_ls.analysis.types import Resolved, Severity
from chant_ls.model.fields import FIELDS, Field, Holds
from chant_ls.model.likeness import alike
from chant_ls.syntax.nodes import Document, Scalar, Sequence


def path_key(text: str) -> str:
    """What of an entry is looked up on disk: `docs/a.md` of `docs/a.md#heading`."""
    return text.partition("#")[0].strip()


def wanted_paths(document: Document) -> frozenset[str]:
    """The keys that `Snapshot.paths` should answer for this document's entries.

    Entries that are ids of specs are among them: a file of that name may exist too.
    """
    keys = (path_key(scalar.text) for _, scalar in _entries(document))
    return frozenset(key for key in keys if key)


def _entries(document: Document) -> Iterator[tuple[Field, Scalar]]:
    for field in FIELDS:
        entry = document.entry(field.name) if field.must_exist else None
        if entry is None:
            continue
        items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        for item in items:
            if isinstance(item, Scalar) and not item.null and not _elsewhere(item.text):
                yield field, item


def _elsewhere(text: str) -> bool:
    """A web address, or a value that an older tool kept in `context`."""
    return "://" in text or text.startswith("derived_")


@rule("unresolved-path", Severity.WARNING, project=True)
def unresolved_path(subject: Subject) -> Iterator[Finding]:
    """An entry of `informed_by`, `context`, `tracks`, `origin` or `output_schema` names nothing:
    no spec, no file, no folder, and as a pattern it matches no file. The agent would not get it.

    Paths are relative to the project's root and stay inside it; `path#heading` names one section.

    **Fix:** correct the path; the quick fixes write a spec's whole id or remove the entry.

    ```yaml
    informed_by:
      - docs/storage.md#locking
      - src/**/*.py
    ```
    """
    for field, scalar in _entries(subject.document):
        if field.holds is Holds.SPEC_OR_PATH and _is_spec(subject, scalar.text):
            continue
        known = subject.snapshot.paths.get(path_key(scalar.text))
        if known is not None and (message := _fault(known, scalar.text)):
            yield Finding(scalar.span, message, data=_meant(subject, scalar.text))


def _is_spec(subject: Subject, text: str) -> bool:
    if is_foreign(text):
        return text.partition(":")[0] in subject.snapshot.config.repos
    return path_key(text) in subject.snapshot.graph


def _fault(known: PathFact, text: str) -> str:
    if known.kind is PathKind.NOTHING:
        return f"no file, folder or spec `{path_key(text)}`"
    if known.kind is PathKind.OUTSIDE:
        return f"`{path_key(text)}` lies outside the project"
    return f"`{text}` matches no file" if known.kind is PathKind.GLOB and not known.count else ""


def _meant(subject: Subject, text: str) -> dict[str, object]:
    found = resolve(subject.snapshot, text, Scope.REFERENCE)
    return {"id": found.id} if isinstance(found, Resolved) else {}


@rule("unknown-prompt", Severity.ERROR, project=True)
def unknown_prompt(subject: Subject) -> Iterator[Finding]:
    """`prompt` names no file below `.chant/prompts/`, so the spec cannot be worked.

    In a prompt it is `extends`: no such prompt, or a circle of prompts that extend each other.

    **Fix:** the quick fixes write the prompt that looks most like it, or remove the field so that
    the project's default is used.

    ```yaml
    prompt: research   # .chant/prompts/research.md
    ```
    """
    name = subject.facts.prompt
    entry = subject.document.entry("prompt")
    if entry is not None and name and name not in subject.snapshot.prompts:
        near = alike(name, sorted(subject.snapshot.prompts), 3)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        message = f"no prompt `{name}` in .chant/prompts{hint}"
        yield Finding(entry.value.span, message, data={"nearest": near})


@rule("unknown-provider", Severity.ERROR, project=True)
def unknown_provider(subject: Subject) -> Iterator[Finding]:
    """`provider` names an agent that is neither configured nor known by name.

    **Fix:** write a known one, or configure it in `.chant/config.md`.

    ```yaml
    providers:
      fixer: {command: [python3, tools/fixer.py, "{prompt_file}"]}
    ```
    """
    name, known = subject.facts.provider, subject.snapshot.config.providers
    entry = subject.document.entry("provider")
    if entry is not None and name and name not in known and name not in subject.snapshot.tools:
        every = ", ".join(sorted({*known, *subject.snapshot.tools}))
        yield Finding(entry.value.span, f"no provider `{name}` (known: {every or 'none'})")
