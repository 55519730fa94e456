"""Quick fixes of diagnostics, one by one and all at once."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from functools import partial

from chant_ls.analysis.actions import field_fixes, reference_fixes, run_fixes
from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.fix import FIXES
from chant_ls.analysis.check import check_document
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, ActionKind, Change, Diagnostic
from chant_ls.syntax import compose
from chant_ls.syntax.document import parse
from chant_ls.syntax.text import Edit, Span, apply

__all__ = ["FIXES", "field_fixes", "fix_all", "fixes", "reference_fixes", "run_fixes"]

_LARGE = 20_000
"""Characters of a text above which all fixes at once are made only for those who chose them."""

_ROUNDS = 5
"""A fix may make room for another; what is not settled after so many rounds is left."""


def fixes(ask: Ask) -> Iterator[Action]:
    """Quick fixes of the diagnostics that the asked span touches, and `Fix all` if there are."""
    for diagnostic in ask.diagnostics:
        if diagnostic.span.start <= ask.span.end and ask.span.start <= diagnostic.span.end:
            yield from fixes_of(ask.subject, diagnostic)
    if any(one.preferred for d in ask.diagnostics for one in fixes_of(ask.subject, d)):
        change = partial(fix_all, ask.snapshot, ask.path)
        large = len(ask.subject.document.text) > _LARGE
        yield Action("Fix all that is unambiguous", ActionKind.FIX_ALL, change, costly=large)


def fixes_of(subject: Subject, diagnostic: Diagnostic) -> Iterable[Action]:
    fix = FIXES.get(diagnostic.code)
    return fix(subject, diagnostic) if fix else ()


def fix_all(snapshot: Snapshot, path: str) -> Change:
    """All preferred quick fixes of one file, as one change; without edits where none applies.

    Fixes whose edits would touch each other are made one after the other.
    """
    file = snapshot.files.get(path)
    if file is None:
        return Change()
    now, pieces = snapshot, compose.uncut(file.text)
    for _ in range(_ROUNDS):
        fixed = _compatible(_preferred(now, path))
        if not fixed:
            break
        now, pieces = _edited(now, path, fixed), compose.edited(pieces, fixed)
    edits = compose.edits_of(pieces, file.text)
    return Change({path: edits} if edits else {}, label="Fix all")


def _preferred(snapshot: Snapshot, path: str) -> Iterator[tuple[Edit, ...]]:
    file = snapshot.files[path]
    subject = Subject(snapshot, file, file.document)
    for diagnostic in check_document(snapshot, path):
        for action in fixes_of(subject, diagnostic):
            if action.preferred and action.change:
                yield action.change().edits[path]
                break


def _compatible(groups: Iterable[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    """The edits of as many groups as go together, in order; a group whole or not at all."""
    taken: list[Edit] = []
    spans: list[Span] = []
    for group in groups:
        if not any(_touches(edit.span, spans) for edit in group):
            taken += group
            for edit in group:
                insort(spans, edit.span)
    return tuple(taken)


def _touches(span: Span, taken: list[Span]) -> bool:
    """Whether it meets one of the spans, which are in order and apart."""
    place = bisect_right(taken, span)
    return (place > 0 and span.start <= taken[place - 1].end) or (
        place < len(taken) and taken[place].start <= span.end
    )


def _edited(snapshot: Snapshot, path: str, edits: tuple[Edit, ...]) -> Snapshot:
    file = snapshot.files[path]
    text = apply(file.text, edits)
    document = parse(text, file.facts.id)
    facts = document.facts if document.trustworthy else file.facts
    return snapshot.with_file(file._replace(text=text, facts=facts))
