"""What a quick fix is, and the register of all of them by diagnostic code."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Change, Diagnostic
from chant_ls.syntax.text import Edit

Fix = Callable[[Subject, Diagnostic], Iterable[Action]]

FIXES: dict[str, Fix] = {}
"""Filled by the modules of fixes, which `actions.fixes` imports."""


def fix(*codes: str) -> Callable[[Fix], Fix]:
    """Registers the function as what offers quick fixes for the diagnostics of these codes."""

    def register(function: Fix) -> Fix:
        FIXES.update(dict.fromkeys(codes, function))
        return function

    return register


def quick_fix(
    subject: Subject,
    diagnostic: Diagnostic,
    title: str,
    edits: tuple[Edit, ...],
    preferred: bool = False,
) -> Iterable[Action]:
    """The action that makes these edits in the subject's file; none without edits."""
    if edits:
        change = partial(Change, {subject.file.path: edits}, label=title)
        kind = ActionKind.QUICK_FIX
        yield Action(title, kind, change, fixes=(diagnostic,), preferred=preferred)


def texts(data: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of texts, or one, in a diagnostic's data."""
    value = data.get(name)
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
