"""Whether a spec can be worked, and what it waits for. The only readiness there is."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice, takewhile

from chant_ls.analysis.resolve import is_foreign
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import is_done, is_unmerged, standing
from chant_ls.analysis.types import Ambiguous, Block, Blocked, Readiness, Ready, Reason, Resolved
from chant_ls.model.spec import Facts, SpecId, Status, parent_id, short_id

MOST_SHARED = 20


def readiness(snapshot: Snapshot, id: str) -> Readiness:
    """What stands in the way of work, whatever the spec's own status: `effective_status` tells
    whether it is pending at all."""
    key = ("readiness", id)
    known = snapshot.memo.get(key)
    if not isinstance(known, Ready | Blocked):
        known = snapshot.memo[key] = _readiness(snapshot, id)
    return known


def _readiness(snapshot: Snapshot, id: str) -> Readiness:
    facts = snapshot.facts(id)
    if facts is None:
        return Blocked((Reason(Block.MISSING, id),))
    found = tuple(_told(snapshot, facts.id, reason) for reason in _reasons(snapshot, facts))
    return Blocked(found) if found else Ready()


def blocked_by(snapshot: Snapshot, id: str, shared: int = MOST_SHARED) -> tuple[Reason, ...]:
    """Why the spec is blocked; nothing where its effective status is another. Of the siblings
    before it, and of what its driver waits for, `shared` each at most: all members of a driver have
    these in common, so that all of them for all members would be too many."""
    facts = snapshot.facts(id)
    if facts is None or effective_status(snapshot, id) is not Status.BLOCKED:
        return ()
    reasons = _reasons(snapshot, facts, shared)
    return tuple(_told(snapshot, facts.id, reason) for reason in reasons)


def effective_status(snapshot: Snapshot, id: str) -> Status:
    """The status that every surface shows: pending is told as ready or blocked. Raises KeyError
    for an id that is not there."""
    key = ("status", id)
    known = snapshot.memo.get(key)
    if not isinstance(known, Status):
        known = snapshot.memo[key] = _effective(snapshot, SpecId(id))
    return known


def is_ready(snapshot: Snapshot, id: str) -> bool:
    """Whether work can start now: pending, and nothing in the way."""
    return snapshot.find(id) is not None and effective_status(snapshot, id) is Status.READY


def _effective(snapshot: Snapshot, id: SpecId) -> Status:
    status, facts = standing(snapshot, id), snapshot.facts(id)
    if status is None or facts is None:
        raise KeyError(id)
    if status is not Status.PENDING:
        return status
    if not facts.title:
        return Status.NEEDS_ATTENTION
    blocked = next(_reasons(snapshot, facts), None) is not None
    return Status.BLOCKED if blocked else Status.READY


def _reasons(snapshot: Snapshot, facts: Facts, shared: int | None = None) -> Iterator[Reason]:
    """In the order people read: own dependencies, the driver's, siblings, members, approval.
    `shared` limits those that all members of a driver have."""
    own = snapshot.graph.below(facts.id) if facts.depends_on else frozenset()
    yield from _dependencies(snapshot, facts.id, facts.depends_on or (), own)
    yield from islice(_inherited(snapshot, facts.id), shared)
    yield from islice(_siblings(snapshot, facts.id), shared)
    if standing(snapshot, facts.id) is not Status.COMPLETED:
        yield from _open(snapshot, Block.MEMBERS, snapshot.graph.members(facts.id))
    if facts.approval.blocks:
        rejected = facts.approval.status == "rejected"
        by = (facts.approval.by or "someone",) if rejected else ()
        yield Reason(Block.APPROVAL, facts.id, candidates=by)


def _dependencies(
    snapshot: Snapshot, id: SpecId, texts: Iterable[str], own: frozenset[SpecId]
) -> Iterator[Reason]:
    for text in dict.fromkeys(texts):
        reason = _dependency(snapshot, id, text)
        if reason is not None and reason.id not in own:
            yield reason


def _dependency(snapshot: Snapshot, id: SpecId, text: str) -> Reason | None:
    """Why the entry `text` of `id` is not satisfied, None where it is."""
    if is_foreign(text):
        status = snapshot.foreign.get(text)
        done = status in (Status.COMPLETED, Status.CANCELLED)
        return None if done else Reason(Block.REPO, text, status)
    match snapshot.graph.resolve(text):
        case Resolved(target):
            return _unsatisfied(snapshot, id, target)
        case Ambiguous(candidates):
            return Reason(Block.AMBIGUOUS, text, candidates=candidates)
        case _:
            return Reason(Block.MISSING, text)


def _unsatisfied(snapshot: Snapshot, id: SpecId, target: SpecId) -> Reason | None:
    if target == id:
        return Reason(Block.CYCLE, id, path=(id, id))
    if is_done(snapshot, target):
        return None
    if is_unmerged(snapshot, target):
        return Reason(Block.UNMERGED, target)
    return Reason(Block.DEPENDENCY, target)


def _inherited(snapshot: Snapshot, id: SpecId) -> Iterator[Reason]:
    """What the drivers above wait for outside their own members; `path` holds the driver."""
    for driver in sorted(snapshot.graph.holders(id)):
        yield from (reason for reason in _handed_down(snapshot, driver) if reason.id != id)


def _handed_down(snapshot: Snapshot, driver: SpecId) -> tuple[Reason, ...]:
    """What a driver waits for outside its own members, as its members are told."""
    known = snapshot.memo.get(("handed down", driver))
    if isinstance(known, tuple):
        return known
    facts = snapshot.facts(driver)
    texts = facts.depends_on or () if facts else ()
    own = snapshot.graph.below(driver) if texts else frozenset()
    waits = _dependencies(snapshot, driver, texts, own)
    found = tuple(Reason(Block.DRIVER, one.id, one.status, path=(driver,)) for one in waits)
    snapshot.memo["handed down", driver] = found
    return found


def _siblings(snapshot: Snapshot, id: SpecId) -> Iterator[Reason]:
    if earlier := snapshot.graph.earlier_siblings(id):
        first = _first_open(snapshot, parent_id(id) or id)
        yield from _open(snapshot, Block.SIBLING, earlier[first:])


def _first_open(snapshot: Snapshot, driver: SpecId) -> int:
    """How many of its numbered members are done before the first that is not."""
    known = snapshot.memo.get(("first open", driver))
    if isinstance(known, int):
        return known
    members = snapshot.graph.numbered(driver)
    done = sum(1 for _ in takewhile(partial(is_done, snapshot), members))
    snapshot.memo["first open", driver] = done
    return done


def _open(snapshot: Snapshot, kind: Block, ids: Iterable[SpecId]) -> Iterator[Reason]:
    return (Reason(kind, id) for id in ids if not is_done(snapshot, id))


def _told(snapshot: Snapshot, id: SpecId, reason: Reason) -> Reason:
    """The reason with the title and status of the spec it names, and with the cycle it closes:
    that something is in the way is known without looking for one."""
    facts = snapshot.facts(reason.id)
    if facts is None:
        return reason
    kind, path = reason.kind, reason.path
    if kind is Block.DEPENDENCY and (cycle := snapshot.graph.cycles.through(id, facts.id)):
        kind, path = Block.CYCLE, cycle
    status = effective_status(snapshot, facts.id)
    return Reason(kind, facts.id, status, facts.title, path, reason.candidates)


_WORDS = {
    Block.DEPENDENCY: "depends on {id}",
    Block.MISSING: "depends on {id}, which does not exist",
    Block.AMBIGUOUS: "depends on {id}, which could be any of {candidates}",
    Block.CYCLE: "waits for itself: {path}",
    Block.UNMERGED: "depends on {id}, which is not merged",
    Block.DRIVER: "its driver depends on {id}",
    Block.SIBLING: "comes after {id}",
    Block.MEMBERS: "waits for its member {id}",
    Block.APPROVAL: "needs approval",
    Block.REPO: "depends on {id} in another repository",
}


def describe(reason: Reason) -> str:
    """The reason in a few words, ids short: `depends on 010-abc`."""
    if reason.kind is Block.APPROVAL and reason.candidates:
        return f"rejected by {reason.candidates[0]}"
    return _WORDS[reason.kind].format(
        id=short_id(reason.id),
        candidates=listed(reason.candidates),
        path=cycle_text(tuple(map(short_id, reason.path))),
    )


def listed(ids: tuple[str, ...], most: int = 5) -> str:
    """`a, b, c and 4 more`."""
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


def cycle_text(path: tuple[str, ...], most: int = 8) -> str:
    """`a → b → a`; of a long one the beginning and the end."""
    if len(path) <= most + 1:
        return " → ".join(path)
    return " → ".join([*path[: most - 2], f"… {len(path) - most} more …", *path[-2:]])


_FREES: dict[Status, str] = {
    Status.READY: "chant work {id}",
    Status.IN_PROGRESS: "chant log {id}",
    Status.PAUSED: "chant resume {id}",
    Status.FAILED: "chant reset {id}",
    Status.NEEDS_ATTENTION: "chant reset {id}",
    Status.COMPLETED: "chant merge {id}",
    Status.BLOCKED: "",
}


def remedy(reason: Reason) -> str:
    """The command that would remove this very reason; "" where an edit or another must."""
    if reason.kind is Block.APPROVAL:
        return f"chant approve {reason.id} --by NAME"
    if reason.kind in (Block.MISSING, Block.AMBIGUOUS, Block.CYCLE, Block.REPO):
        return ""
    return _FREES.get(reason.status or Status.BLOCKED, "").format(id=reason.id)
