"""Quick fixes of entries that name specs and paths."""

from collections.abc import Iterator

from chant_ls.analysis.actions.fix import fix, quick_fix, texts
from chant_ls.analysis.actions.lists import with_dependencies
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile, Diagnostic
from chant_ls.model.spec import SpecId, valid_id
from chant_ls.syntax.edits import add_items, remove_value, set_value
from chant_ls.syntax.nodes import Scalar
from chant_ls.syntax.slots import with_value


def _replacing(
    subject: Subject, diagnostic: Diagnostic, ids: tuple[str, ...], preferred: bool = False
) -> Iterator[Action]:
    slot = with_value(subject.document, diagnostic.span)
    for number, id in enumerate(ids if slot else ()):
        edits = set_value(subject.document, slot, id) if slot else ()
        title = f"Change to `{id}`{_titled(subject, id)}"
        yield from quick_fix(subject, diagnostic, title, edits, preferred and number == 0)


def _titled(subject: Subject, id: str) -> str:
    facts = subject.snapshot.facts(id)
    return f" ({facts.title})" if facts and facts.title else ""


def _removing(
    subject: Subject, diagnostic: Diagnostic, preferred: bool = False
) -> Iterator[Action]:
    if slot := with_value(subject.document, diagnostic.span):
        text = diagnostic.span.of(subject.document.text)
        edits = remove_value(subject.document, slot)
        yield from quick_fix(subject, diagnostic, f"Remove `{text}`", edits, preferred)


@fix("unknown-dependency")
def fix_unknown(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    """None is preferred: ids look alike, so that the nearest one is a guess."""
    yield from _replacing(subject, diagnostic, texts(diagnostic.data, "nearest"))
    yield from _removing(subject, diagnostic)
    for text in texts(diagnostic.data, "text"):
        if valid_id(text) and not text.startswith("<"):
            yield _creation(diagnostic, text)


def _creation(diagnostic: Diagnostic, id: str) -> Action:
    title = f"Create the spec `{id}`"

    def change() -> Change:
        from chant_ls.syntax.render import NewSpec, new_spec  # loads a library, and seldom needed

        words = id.replace("-", " ").capitalize()
        text = new_spec(NewSpec(words, criteria=("Describe what must hold when it is done",)))
        return Change(files=(CreateFile(f".chant/specs/{id}.md", text),), label=title)

    return Action(title, ActionKind.QUICK_FIX, change, fixes=(diagnostic,), creates=True)


@fix("ambiguous-id")
def fix_ambiguous(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield from _replacing(subject, diagnostic, texts(diagnostic.data, "candidates"))
    yield from _removing(subject, diagnostic)


@fix("self-dependency", "duplicate-entry")
def fix_superfluous(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield from _removing(subject, diagnostic, preferred=True)


@fix("partial-id")
def fix_partial(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield from _replacing(subject, diagnostic, texts(diagnostic.data, "id"), preferred=True)


@fix("dependency-cycle")
def fix_cycle(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    """Which edge is the wrong one nobody but the user knows: neither is preferred."""
    yield from _removing(subject, diagnostic)
    slot = with_value(subject.document, diagnostic.span)
    item = slot.value if slot else None
    if slot is not None and isinstance(item, Scalar):
        removed = remove_value(subject.document, slot)
        known = item.text in subject.facts.informed_by
        added = () if known else add_items(subject.document, "informed_by", [item.text])
        title = f"Let `{item.text}` only inform this spec"
        yield from quick_fix(subject, diagnostic, title, (*removed, *added))


@fix("unresolved-path")
def fix_path(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield from _replacing(subject, diagnostic, texts(diagnostic.data, "candidates"))
    yield from _removing(subject, diagnostic)


@fix("body-reference")
def fix_mention(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    document = subject.document
    for id in map(SpecId, texts(diagnostic.data, "id")):
        edits = add_items(document, "informed_by", [id])
        yield from quick_fix(subject, diagnostic, f"Add `{id}` to `informed_by`", edits)
        edits = with_dependencies(subject.snapshot, document, [id])
        yield from quick_fix(subject, diagnostic, f"Add `{id}` to `depends_on`", edits)
