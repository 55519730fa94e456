"""What an id means that someone typed or stored. The only resolution of ids."""

from enum import StrEnum

from chant_ls.analysis.graph import picked
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ambiguous, Missing, Resolution, Resolved
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


class Scope(StrEnum):
    """Who asks: a verb that changes, a verb that reads, or a reference stored in a file.

    ACTIVE looks among active specs only. ALL and REFERENCE look into the archive too, where no
    active spec matches; "today's sequence" is for people who type, never for stored references.
    """

    ACTIVE = "active"
    ALL = "all"
    REFERENCE = "reference"


def resolve(snapshot: Snapshot, text: str, scope: Scope, today: str | None = None) -> Resolution:
    """The spec that `text` means: the exact id, the one id that ends with it, the one written
    today with that sequence of three characters, the one id that holds it.

    A member does not count where its driver matches as well. `repo:id` means a spec of another
    repository whose status is known (`Snapshot.foreign`). `today` is ISO 8601; without it, the
    snapshot's date.
    """
    text = text.strip()
    if is_foreign(text):
        return Resolved(SpecId(text)) if snapshot.foreign.get(text) else Missing()
    graph = snapshot.graph
    if scope is Scope.REFERENCE or text in graph.active:
        return graph.resolve(text)
    day = snapshot.today if today is None else today
    written_today = _of_today(snapshot, text, day)
    if written_today:
        return Resolved(written_today)
    if scope is Scope.ALL:
        return graph.resolve(text)
    return picked(graph.active.matches(text), graph.active, text)


def the_id(
    snapshot: Snapshot, text: str, scope: Scope, today: str | None = None
) -> SpecId | Refusal:
    """The one spec that a person meant, or what they can write instead."""
    found = resolve(snapshot, text, scope, today)
    if isinstance(found, Resolved):
        return found.id
    if isinstance(found, Ambiguous):
        rows = tuple(_row(snapshot, id) for id in found.candidates)
        return Refusal(f"{text!r} names {len(rows)} specs", "type more of the id", rows)
    near = tuple(f"did you mean {_row(snapshot, id)}" for id in found.nearest)
    return Refusal(f"there is no spec {text!r}", "`chant list --all` shows all specs", near)


def _row(snapshot: Snapshot, id: SpecId) -> str:
    facts = snapshot.facts(id)
    return f"{id}  {facts.title}" if facts else id


def is_foreign(text: str) -> bool:
    """Whether a reference names a spec of another repository: `repo:id`."""
    return ":" in text


def _of_today(snapshot: Snapshot, text: str, today: str) -> SpecId | None:
    """Less than a suffix, more than a part."""
    if len(text) != 3 or not today or len(snapshot.graph.active.ending(text)) == 1:
        return None
    found = snapshot.graph.active.of_today(text, today)
    return found[0] if len(found) == 1 else None
