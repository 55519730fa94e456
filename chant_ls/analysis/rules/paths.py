"""Entries that name files, prompts, providers."""

from collections.abc import Iterator

from chant_ls.analysis.occurrences import meant
from chant_ls.analysis.paths import path_values
from chant_ls.analysis.place import Value
from chant_ls.analysis.readiness import listed
from chant_ls.analysis.resolve import is_foreign
from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.snapshot import PathFact, PathKind, Snapshot
from chant_ls.analysis.types import Ambiguous, Severity
from chant_ls.model.fields import Holds
from chant_ls.model.likeness import alike
from chant_ls.model.paths import path_key


@rule("unresolved-path", Severity.WARNING, project=True)
def unresolved_path(subject: Subject) -> Iterator[Finding]:
    """An entry of `informed_by`, `context`, `tracks`, `origin` or `output_schema` names nothing:
    no spec, no file, no folder, and as a pattern it matches no file. The agent would not get it.
    What a spec in `depends_on` is to write (`target_files`) may come later.

    Paths are relative to the project's root and stay inside it; `path#heading` names one section.

    **Fix:** correct the path; the quick fixes write a spec's whole id or remove the entry.

    ```yaml
    informed_by:
      - docs/storage.md#locking
      - src/**/*.py
    ```
    """
    snapshot = subject.snapshot
    for value in path_values(subject.file):
        if value.field is None or not value.field.must_exist or _names_spec(snapshot, value):
            continue
        if _comes(subject, value.text):
            continue
        known = snapshot.path_fact(value.text)
        if known is not None and (message := _fault(known, value.text)):
            meaning = snapshot.graph.resolve(value.text)
            several = meaning.candidates[:10] if isinstance(meaning, Ambiguous) else ()
            if several:
                message = f"`{value.text}` could be {listed(several)}"
            yield Finding(value.span, message, data={"candidates": list(several)})


def _comes(subject: Subject, path: str) -> bool:
    """Whether a spec that is waited for is to write the file."""
    key, snapshot = path_key(path), subject.snapshot
    above = (snapshot.facts(id) for id in snapshot.graph.dependencies(subject.id))
    return any(key in map(path_key, facts.target_files) for facts in above if facts)


def _names_spec(snapshot: Snapshot, value: Value) -> bool:
    if value.field is None or value.field.holds is not Holds.SPEC_OR_PATH:
        return False
    if is_foreign(value.text):
        return value.text.partition(":")[0] in snapshot.config.repos
    return meant(snapshot, value.text, paths=True) is not None


def _fault(known: PathFact, text: str) -> str:
    if known.kind is PathKind.NOTHING:
        return f"no file, folder or spec `{path_key(text)}`"
    if known.kind is PathKind.OUTSIDE:
        return f"`{path_key(text)}` lies outside the project"
    return f"`{text}` matches no file" if known.kind is PathKind.GLOB and not known.count else ""


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
