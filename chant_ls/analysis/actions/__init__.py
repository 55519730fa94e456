"""Code actions: what can be done at a place, as data."""

from collections.abc import Iterable, Iterator

from chant_ls.analysis.actions.adopting import adopt_list, create_member, create_named
from chant_ls.analysis.actions.ask import Ask, Producer
from chant_ls.analysis.actions.creating import (
    create_from_item,
    create_from_selection,
    extract_criterion,
)
from chant_ls.analysis.actions.editing import privacy, toggle_criteria
from chant_ls.analysis.actions.fixes import fixes
from chant_ls.analysis.actions.research import research_split
from chant_ls.analysis.actions.verbs import verbs
from chant_ls.analysis.check import Crashed, check_document, log_crash
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, Change, Diagnostic
from chant_ls.syntax.text import Span

PRODUCERS: tuple[Producer, ...] = (
    fixes,
    verbs,
    research_split,
    toggle_criteria,
    extract_criterion,
    create_from_item,
    create_from_selection,
    adopt_list,
    create_named,
    create_member,
    privacy,
)
"""Each by itself: one that crashes loses its own actions only."""


def actions(
    snapshot: Snapshot,
    path: str,
    span: Span,
    diagnostics: Iterable[Diagnostic] | None = None,
    crashed: Crashed = log_crash,
) -> tuple[Action, ...]:
    """All actions at `span` of a file. `diagnostics` are the file's, made here if None."""
    file = snapshot.files.get(path)
    if file is None:
        return ()
    found = check_document(snapshot, path) if diagnostics is None else tuple(diagnostics)
    ask = Ask(snapshot, path, span, found, Subject(snapshot, file, file.document))
    return tuple(action for one in PRODUCERS for action in _produced(one, ask, crashed))


def change_of(action: Action, crashed: Crashed = log_crash) -> Change | None:
    """What the action would do, made now; None if it has no change or making it failed."""
    try:
        return action.change() if action.change else None
    except Exception as error:  # noqa: BLE001  one action's fault must not hide the others
        crashed(action.title, error)
        return None


def _produced(producer: Producer, ask: Ask, crashed: Crashed) -> Iterator[Action]:
    try:
        yield from list(producer(ask))
    except Exception as error:  # noqa: BLE001  one producer's fault must not hide the others' actions
        crashed(f"{producer.__module__}.{producer.__qualname__}", error)
