"""Where a spec stands: its overlaid status, a container's completion derived from its members."""

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import FINISHED, SpecId, Status


def standing(snapshot: Snapshot, id: str) -> Status | None:
    """Like `Snapshot.status`, but a container without criteria of its own is completed as soon as
    all its members are done and one at least was not cancelled. None for an unknown id."""
    key = ("standing", id)
    if key not in snapshot.memo:
        if _deriving_members(snapshot, SpecId(id)):
            _settle(snapshot, SpecId(id))
        else:
            snapshot.memo[key] = snapshot.status(id)
    found = snapshot.memo[key]
    return found if isinstance(found, Status) else None


def is_unmerged(snapshot: Snapshot, id: str) -> bool:
    """Whether the work is completed on its branch only; what is archived counts as merged."""
    run = snapshot.run(id)
    return (
        run is not None
        and run.unmerged
        and standing(snapshot, id) is Status.COMPLETED
        and not snapshot.graph.archived(id)
    )


def is_done(snapshot: Snapshot, id: str) -> bool:
    """Whether nothing need wait for it any more: completed and merged, or cancelled."""
    return standing(snapshot, id) in FINISHED and not is_unmerged(snapshot, id)


def _settle(snapshot: Snapshot, id: SpecId) -> None:
    """Answers for the spec and all below it, members first; a stack of its own, any depth."""
    todo, entered = [id], set[SpecId]()
    while todo:
        one = todo[-1]
        members = _deriving_members(snapshot, one) if one not in entered else ()
        if one not in entered:
            entered.add(one)
            snapshot.memo.setdefault(("standing", one), snapshot.status(one))
            todo.extend(m for m in members if ("standing", m) not in snapshot.memo)
        else:
            todo.pop()
            if _all_done(snapshot, _deriving_members(snapshot, one)):
                snapshot.memo["standing", one] = Status.COMPLETED


def _deriving_members(snapshot: Snapshot, id: SpecId) -> tuple[SpecId, ...]:
    """The members that decide about a container; none where the spec decides for itself."""
    facts = snapshot.facts(id)
    if facts is None or facts.criteria.total or snapshot.status(id) in FINISHED:
        return ()
    return snapshot.graph.members(id)


def _all_done(snapshot: Snapshot, members: tuple[SpecId, ...]) -> bool:
    return all(is_done(snapshot, one) for one in members) and any(
        standing(snapshot, one) is Status.COMPLETED for one in members
    )
