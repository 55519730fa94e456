"""Whether a spec can be worked, and what it waits for. The only readiness there is."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chant_ls.analysis.resolve import is_foreign
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import is_done, is_unmerged, standing
from chant_ls.analysis.types import Ambiguous, Block, Blocked, Readiness, Ready, Reason, Resolved
from chant_ls.model.spec import Facts, SpecId, Status, short_id

MOST_LINKS = 200
"""A chain of reasons names at most so many specs."""


class Link(NamedTuple):
    """A reason, and why the spec it names is itself held up. `cut`: it is told elsewhere."""

    reason: Reason
    because: tuple["Link", ...] = ()
    cut: bool = False


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
    reasons = tuple(_told(snapshot, facts.id, reason) for reason in _reasons(snapshot, facts))
    return Blocked(reasons) if reasons else Ready()


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


def _reasons(snapshot: Snapshot, facts: Facts) -> Iterator[Reason]:
    """In the order people read: own dependencies, the driver's, siblings, members, approval."""
    own = snapshot.graph.below(facts.id) if facts.depends_on else frozenset()
    yield from _dependencies(snapshot, facts.id, facts.depends_on or (), own)
    yield from _inherited(snapshot, facts.id)
    graph = snapshot.graph
    yield from _open(snapshot, Block.SIBLING, graph.earlier_siblings(facts.id))
    if standing(snapshot, facts.id) is not Status.COMPLETED:
        yield from _open(snapshot, Block.MEMBERS, graph.members(facts.id))
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
    above = snapshot.graph.above(id)
    for driver in sorted(above - {id}) if above else ():
        facts = snapshot.facts(driver)
        if facts is None or not facts.depends_on:
            continue
        own = snapshot.graph.below(driver)
        for reason in _dependencies(snapshot, driver, facts.depends_on, own | {id}):
            yield Reason(Block.DRIVER, reason.id, reason.status, path=(driver,))


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


def chain(snapshot: Snapshot, id: str, most: int = MOST_LINKS) -> tuple[Link, ...]:
    """The reasons of `id`, each with the reasons behind it, down to the root causes.

    A spec is told once: where it comes again, and beyond `most` specs in all, the link is cut.
    """
    order = _explored(snapshot, SpecId(id), most)
    tellers = _tellers(id, order)
    links: dict[str, tuple[Link, ...]] = {}
    for one, reasons in reversed(order.items()):
        links[one] = tuple(
            _link(reason, tellers.get(reason.id) == (one, place), links)
            for place, reason in enumerate(reasons)
        )
    return links[id]


def _explored(snapshot: Snapshot, id: SpecId, most: int) -> dict[str, tuple[Reason, ...]]:
    """The reasons of `id` and of all that hold it up, nearest first."""
    found: dict[str, tuple[Reason, ...]] = {}
    todo: list[str] = [id]
    for one in todo:  # grows as it goes
        if one in found or len(found) >= most:
            continue
        found[one] = _why(snapshot, one)
        todo.extend(reason.id for reason in found[one])
    return found


def _tellers(id: str, order: dict[str, tuple[Reason, ...]]) -> dict[str, tuple[str, int]]:
    """Which reason of which spec tells more of a spec: the first that names it."""
    tellers = {id: ("", 0)}
    for one, reasons in order.items():
        for place, reason in enumerate(reasons):
            tellers.setdefault(reason.id, (one, place))
    return tellers


def _link(reason: Reason, tells: bool, links: dict[str, tuple[Link, ...]]) -> Link:
    if reason.kind is Block.APPROVAL:
        return Link(reason)
    told = tells and reason.id in links
    return Link(reason, links[reason.id] if told else (), cut=not told)


def _why(snapshot: Snapshot, id: str) -> tuple[Reason, ...]:
    if snapshot.find(id) is None or effective_status(snapshot, id) is not Status.BLOCKED:
        return ()
    answer = readiness(snapshot, id)
    return answer.reasons if isinstance(answer, Blocked) else ()


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


def next_step(snapshot: Snapshot, id: str) -> str:
    """The first command on the way to the spec's being ready: that of its nearest root cause.

    "" where it is not blocked, or where only an edit helps.
    """
    return step_out(chain(snapshot, id))


def step_out(links: tuple[Link, ...]) -> str:
    """The same, of a chain that is known."""
    return next((step for link in roots(links) if (step := remedy(link.reason))), "")


def roots(links: tuple[Link, ...]) -> Iterator[Link]:
    """The links that nothing else is behind, in reading order."""
    todo = list(reversed(links))
    while todo:
        link = todo.pop()
        if not link.because:
            yield link
        todo.extend(reversed(link.because))
