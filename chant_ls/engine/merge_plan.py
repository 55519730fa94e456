"""Which specs a merge means, whether they may be merged, and in which order."""

from collections.abc import Iterable, Sequence

from chant_ls.analysis.resolve import Scope, the_id
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status, natural_key


def chosen(snapshot: Snapshot, ids: Sequence[str], all_of_it: bool) -> tuple[SpecId, ...] | Refusal:
    """The specs meant, drivers replaced by those of their members that have work to merge."""
    if all_of_it and ids:
        return Refusal("`--all` and ids exclude each other", "name the specs, or use `--all` alone")
    unmerged = tuple(id for id, run in snapshot.runs.items() if run.unmerged)
    if all_of_it:
        return tuple(id for id in unmerged if snapshot.status(id) is Status.COMPLETED)
    if not ids:
        return Refusal("name the specs to merge", "`chant merge ID…`, or `chant merge --all`")
    meant: list[SpecId] = []
    for text in ids:
        found = the_id(snapshot, text, Scope.ACTIVE)
        if isinstance(found, Refusal):
            return found
        members = [m for m in snapshot.graph.below(found) if m in unmerged]
        alone = found in snapshot.runs or not snapshot.graph.members(found)
        meant += [*members, *([found] if alone else [])]
    return tuple(dict.fromkeys(meant))


def unfit(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Why this spec may not be merged, before anything is done to any."""
    facts, status = snapshot.facts(id), snapshot.status(id)
    if facts is not None and facts.approval.blocks:
        return Refusal(f"{id} waits for approval", f"`chant approve {id} --by NAME`")
    if status is Status.COMPLETED:
        return None
    shown = (status or Status.PENDING).value
    return Refusal(
        f"{id} is not completed (its status is {shown})", f"`chant show {id}` tells what it needs"
    )


def ordered(snapshot: Snapshot, ids: Sequence[SpecId]) -> tuple[SpecId, ...]:
    """Dependencies first, members before their driver, else in natural order."""
    left, done = sorted(ids, key=natural_key), []
    while left:
        waiting = set(left)
        free = (id for id in left if not waiting & before(snapshot, id))
        take = next(free, left[0])
        left.remove(take)
        done.append(take)
    return tuple(done)


def before(snapshot: Snapshot, id: SpecId) -> set[SpecId]:
    """What has to be merged before this one."""
    members = snapshot.graph.members(id)
    return {*snapshot.graph.dependencies(id), *members, *_earlier(snapshot, id)} - {id}


def _earlier(snapshot: Snapshot, id: SpecId) -> Iterable[SpecId]:
    return snapshot.graph.earlier_siblings(id)
