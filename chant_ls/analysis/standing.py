"""Where a spec stands: its overlaid status, a container's completion derived from its members."""

from collections.abc import Mapping

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import FINISHED, SpecId, Status


def standing(snapshot: Snapshot, id: str) -> Status | None:
    """Like `Snapshot.status`, but a container without criteria of its own is completed as soon as
    all its members are done and one at least was not cancelled. None for an unknown id."""
    key = ("standing", id)
    if key not in snapshot.memo:
        if _deriving_members(snapshot, SpecId(id)):
            found = _settled(snapshot, SpecId(id))
            snapshot.memo.update({("standing", one): status for one, status in found.items()})
        else:
            snapshot.memo[key] = snapshot.status(id)
    known = snapshot.memo[key]
    return known if isinstance(known, Status) else None


def is_unmerged(snapshot: Snapshot, id: str) -> bool:
    """Whether the work is completed on its branch only; what is archived counts as merged."""
    return _unmerged(snapshot, id, standing(snapshot, id))


def is_done(snapshot: Snapshot, id: str) -> bool:
    """Whether nothing need wait for it any more: completed and merged, or cancelled."""
    return _done(snapshot, id, standing(snapshot, id))


def in_doubt(snapshot: Snapshot, id: str) -> bool:
    """Whether it was completed, and its file says that it needs attention: it drifted, or a
    criterion failed when it was asked again."""
    facts, run = snapshot.facts(id), snapshot.run(id)
    told = facts is not None and facts.status is Status.NEEDS_ATTENTION
    return told and (run is None or run.merged)


def _unmerged(snapshot: Snapshot, id: str, status: Status | None) -> bool:
    run = snapshot.run(id)
    finished = run is not None and run.unmerged and status is Status.COMPLETED
    return finished and not snapshot.graph.archived(id)


def _done(snapshot: Snapshot, id: str, status: Status | None) -> bool:
    return status in FINISHED and not _unmerged(snapshot, id, status)


def _settled(snapshot: Snapshot, id: SpecId) -> dict[SpecId, Status | None]:
    """Answers for the spec and all below it, members first; a stack of its own, any depth. While a
    spec is not answered its own status stands here: nobody else may see that."""
    found: dict[SpecId, Status | None] = {}
    todo = [id]
    while todo:
        one = todo[-1]
        members = _deriving_members(snapshot, one)
        if one not in found:
            found[one] = snapshot.status(one)
            found |= {m: known for m in members if (known := _known(snapshot, m)) is not None}
            todo.extend(m for m in members if m not in found)
            continue
        todo.pop()
        if members and _all_done(snapshot, {m: found[m] for m in members}):
            found[one] = Status.COMPLETED
    return found


def _known(snapshot: Snapshot, id: SpecId) -> Status | None:
    known = snapshot.memo.get(("standing", id))
    return known if isinstance(known, Status) else None


def _deriving_members(snapshot: Snapshot, id: SpecId) -> tuple[SpecId, ...]:
    """The members that decide about a container; none where the spec decides for itself."""
    facts = snapshot.facts(id)
    if facts is None or facts.criteria.total or snapshot.status(id) in FINISHED:
        return ()
    return snapshot.graph.members(id)


def _all_done(snapshot: Snapshot, members: Mapping[SpecId, Status | None]) -> bool:
    done = all(_done(snapshot, one, status) for one, status in members.items())
    return done and Status.COMPLETED in members.values()
