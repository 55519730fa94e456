"""What may be put away, with what, and what would still name it."""

from collections.abc import Iterable, Iterator
from datetime import date

from chant_ls.analysis.doable import unknown
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import is_done, is_unmerged, standing
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, natural_key
from chant_ls.syntax.nodes import Scalar

ACTIVE, ARCHIVE = ".chant/specs", ".chant/archive"


def archive_path(id: str) -> str:
    """By the day of the id: `.chant/archive/2026-01-22/<id>.md`."""
    return f"{ARCHIVE}/{id[:10]}/{id}.md"


def active_path(id: str) -> str:
    return f"{ACTIVE}/{id}.md"


def archiving(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Why the spec cannot be put away now, its members with it."""
    if snapshot.find(id) is None:
        return unknown(id)
    if snapshot.graph.archived(id):
        return Refusal(f"{id} is archived already", f"`chant unarchive {id}` brings it back")
    for one in reversed(family(snapshot, id)):
        if is_unmerged(snapshot, one):
            return Refusal(f"{one} is completed, but not merged", f"`chant merge {one}`")
        if not is_done(snapshot, one):
            status = standing(snapshot, one)
            word = status.value.replace("_", " ") if status else "unknown"
            of = "" if one == id else f", and it is a member of {id}"
            return Refusal(
                f"{one} is {word}{of}: only completed and cancelled specs are archived",
                f"`chant cancel {one}` if it is not wanted any more",
            )
    return None


def family(snapshot: Snapshot, id: SpecId) -> tuple[SpecId, ...]:
    """The spec and all active members below it."""
    below = (one for one in snapshot.graph.below(id) if not snapshot.graph.archived(one))
    return tuple(sorted({id, *below}, key=natural_key))


def archived_family(snapshot: Snapshot, id: SpecId) -> tuple[SpecId, ...]:
    below = (one for one in snapshot.graph.below(id) if snapshot.graph.archived(one))
    return tuple(sorted({id, *below}, key=natural_key))


def finished(snapshot: Snapshot, days: int = 0) -> tuple[SpecId, ...]:
    """All that may be archived and was finished at least so many days ago. A member stays as long
    as its driver does."""
    able = {
        id
        for id in snapshot.graph.active.ordered
        if archiving(snapshot, id) is None and (not days or _age(snapshot, id) >= days)
    }
    staying = {id for id in snapshot.graph.active.ordered if id not in able}
    return tuple(
        sorted((id for id in able if not snapshot.graph.above(id) & staying), key=natural_key)
    )


def waiting_for(snapshot: Snapshot, ids: Iterable[SpecId]) -> Iterator[tuple[SpecId, SpecId]]:
    """Unfinished specs that depend on one of these, each with that one. They stay satisfied."""
    moved = tuple(ids)
    for id in moved:
        for dependent in sorted(snapshot.graph.dependents(id), key=natural_key):
            if dependent not in moved and not is_done(snapshot, dependent):
                yield dependent, id


def _age(snapshot: Snapshot, id: SpecId) -> int:
    """Days since it was completed, else since the day of its id; -1 where neither is known."""
    file = snapshot.find(id)
    entry = file.document.entry("completed_at") if file else None
    told = entry.value.text if entry and isinstance(entry.value, Scalar) else ""
    for text in (told, natural_key(id)[2]):
        try:
            then, now = date.fromisoformat(text[:10]), date.fromisoformat(snapshot.today)
        except ValueError:
            continue
        return (now - then).days
    return -1
