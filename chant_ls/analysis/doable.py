"""What can be done with a spec now, and why not: the refusals of every surface."""

from chant_ls.analysis.chains import Link, chain, next_step
from chant_ls.analysis.readiness import describe, readiness, remedy
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import is_unmerged, standing
from chant_ls.analysis.types import Block, Blocked, Reason
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import CONTAINERS, FINISHED, SpecId, Status

_WORKABLE = frozenset({Block.DEPENDENCY, Block.SIBLING, Block.MEMBERS, Block.DRIVER})


def unknown(id: str) -> Refusal:
    return Refusal(f"there is no spec {id}", "`chant list --all` shows all")


def moving(snapshot: Snapshot, id: SpecId, event: Event) -> Refusal | None:
    """Why the event cannot happen to the spec now, by its status alone."""
    status = standing(snapshot, id)
    if status is None:
        return unknown(id)
    if snapshot.graph.archived(id):
        return _archived(id)
    result = move(id, status, event)
    unreadable = isinstance(result, Refusal) and _unreadable(snapshot, id)
    return unreadable or (result if isinstance(result, Refusal) else None)


def _unreadable(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    facts = snapshot.facts(id)
    if facts is None or facts.status is not None or snapshot.run(id) is not None:
        return None
    return Refusal(f"{id} cannot be read as it stands", f"`chant lint {id}` shows why")


def working(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Why work cannot start."""
    return moving(snapshot, id, Event.WORK) or _blocked(snapshot, id, hindrances(snapshot, id))


def hindrances(snapshot: Snapshot, id: SpecId) -> list[Reason]:
    """What stands in the way of work. A container is worked by working its members: they block
    nothing."""
    answer = readiness(snapshot, id)
    reasons = answer.reasons if isinstance(answer, Blocked) else ()
    return [reason for reason in reasons if reason.kind is not Block.MEMBERS]


def working_chain(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Why the spec cannot be worked after all that it waits for has been worked."""
    if refusal := moving(snapshot, id, Event.WORK):
        return refusal
    links = chain(snapshot, id)
    if not links:
        return Refusal(f"{id} waits for nothing", f"`chant work {id}`")
    hopeless = next((r for r in _all(links) if not _can_be_worked(r)), None)
    return _blocked(snapshot, id, [hopeless] if hopeless else [])


def merging(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    if is_unmerged(snapshot, id):
        return None
    status = standing(snapshot, id)
    if status is None:
        return unknown(id)
    if status is Status.COMPLETED:
        return Refusal(f"{id} is merged already", f"`chant show {id}` shows it")
    word = status.value.replace("_", " ")
    return Refusal(f"{id} is {word}: there is nothing to merge", f"`chant show {id}` tells more")


def resuming(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    return moving(snapshot, id, Event.RESUME) or (
        None if snapshot.run(id) else Refusal(f"{id}: no run of it is on record", _reset(id))
    )


def logging(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    if snapshot.run(id):
        return None
    return Refusal(f"{id} was never worked: it has no log", f"`chant work {id}`")


def deciding(snapshot: Snapshot, id: SpecId, approved: bool) -> Refusal | None:
    """Why the spec cannot be approved (or rejected) now."""
    facts = snapshot.facts(id)
    if facts is None:
        return unknown(id)
    word = "approved" if approved else "rejected"
    if snapshot.graph.archived(id):
        return _archived(id)
    status = standing(snapshot, id)
    if status in FINISHED:
        return Refusal(f"{id} is {status.value}: there is nothing to decide", _shows(id))
    if not facts.approval.required:
        return Refusal(f"{id} needs no approval", "`approval: {required: true}` would ask for one")
    if facts.approval.status == word:
        return Refusal(f"{id} is {word} already", f"`chant show {id}` shows by whom")
    return None


def splitting(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    facts = snapshot.facts(id)
    if refusal := moving(snapshot, id, Event.WORK):
        return Refusal(refusal.message.replace("cannot work", "cannot split"), refusal.hint)
    if facts is not None and facts.type in CONTAINERS:
        return Refusal(f"{id} is a {facts.type.value} already", "split one of its members")
    return None


def _archived(id: SpecId) -> Refusal:
    return Refusal(f"{id} is archived", _shows(id))


def _shows(id: SpecId) -> str:
    return f"`chant show {id}` shows it"


def _reset(id: SpecId) -> str:
    return f"`chant reset {id}` makes it pending again"


def _blocked(snapshot: Snapshot, id: SpecId, reasons: list[Reason]) -> Refusal | None:
    if not reasons:
        return None
    words = [describe(reason) for reason in reasons]
    step = remedy(reasons[0]) or next_step(snapshot, id)
    return Refusal(f"{id} is blocked: {words[0]}", step and f"`{step}`", tuple(words[1:]))


def _all(links: tuple[Link, ...]) -> list[Reason]:
    found, todo = [], list(links)
    while todo:
        link = todo.pop()
        found.append(link.reason)
        todo += link.because
    return found


def _can_be_worked(reason: Reason) -> bool:
    return reason.kind in _WORKABLE and reason.status in (Status.READY, Status.BLOCKED)
