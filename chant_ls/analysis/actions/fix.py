"""What a quick fix is, and the register of all of them by diagnostic code."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Change, Diagnostic
from chant_ls.syntax.nodes import Document, Node, Sequence
from chant_ls.syntax.nodes import Mapping as MappingNode
from chant_ls.syntax.text import Edit, Span

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


def place_of(document: Document, span: Span) -> tuple[str, int] | None:
    """The field and the position in its list of the value at exactly that span; 0 for a value
    that is no list. A row of a mapping is named `approval.status`."""
    mapping = document.frontmatter.mapping if document.frontmatter else None
    return _find(mapping, span, "") if mapping else None


def _find(mapping: MappingNode, span: Span, prefix: str) -> tuple[str, int] | None:
    for entry in mapping.entries:
        name = prefix + entry.key.text
        nodes: tuple[Node, ...] = (entry.value,)
        if isinstance(entry.value, Sequence) and entry.value.span != span:
            nodes = entry.value.items
        for index, node in enumerate(nodes):
            if node.span == span:
                return name, index
        if isinstance(entry.value, MappingNode) and (found := _find(entry.value, span, f"{name}.")):
            return found
    return None


def texts(data: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of texts, or one, in a diagnostic's data."""
    value = data.get(name)
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
