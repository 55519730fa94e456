"""What a producer of code actions is asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, Diagnostic
from chant_ls.syntax.text import Span


@dataclass(frozen=True, slots=True)
class Ask:
    """`span` is the selection, a cursor where it is empty; `diagnostics` those of the file."""

    snapshot: Snapshot
    path: str
    span: Span
    diagnostics: tuple[Diagnostic, ...]
    subject: Subject


Producer = Callable[[Ask], Iterable[Action]]
