"""What a list of specs says of each: the rows of `chant list` and the JSON of every surface."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from chant_ls.analysis.readiness import blocked_by, describe, effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import in_doubt, is_unmerged
from chant_ls.analysis.types import Block, Reason
from chant_ls.model.runs import RunInfo
from chant_ls.model.spec import CONTAINERS, FINISHED, TYPE_ALIASES, SpecId, Status, short_id

NO_TITLE = "(no title)"
_MOST_NAMED = 5
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Filters:
    """What `list` shows. `labels` and `statuses` match any of theirs, the kinds all at once.

    `statuses` are words of contract 2; `pending` means stored pending. `type` takes aliases.
    """

    labels: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    type: str = ""
    ready: bool = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `chant list`; `note` stands in brackets behind the title, "" for none."""

    id: SpecId
    status: Status
    title: str
    note: str = ""


def listed(snapshot: Snapshot, filters: Filters | None = None) -> tuple[SpecId, ...]:
    """The active specs that pass, in natural order. Finished ones hide unless asked for; what is
    completed and not merged never hides."""
    wanted = filters or Filters()
    return tuple(id for id in snapshot.graph.active.ordered if _passes(snapshot, id, wanted))


def rows(snapshot: Snapshot, ids: Iterable[SpecId]) -> Iterator[Row]:
    for id in ids:
        facts = snapshot.facts(id)
        if facts is not None:
            title = facts.title or NO_TITLE
            yield Row(id, effective_status(snapshot, id), title, note(snapshot, id))


def note(snapshot: Snapshot, id: SpecId) -> str:
    """Why a blocked spec waits, with short ids; what is the matter with one that needs somebody;
    of finished work `not merged` or the conflict that its merge waits at; else ""."""
    if is_unmerged(snapshot, id):
        run = snapshot.run(id)
        return (run.waits_at if run else "") or "not merged"
    status = effective_status(snapshot, id)
    if status in (Status.NEEDS_ATTENTION, Status.FAILED):
        return trouble(snapshot, id)
    return "; ".join(_grouped(blocked_by(snapshot, id))) or _alone(snapshot, id, status)


def trouble(snapshot: Snapshot, id: SpecId) -> str:
    """What is wrong, on a line, with a spec that failed or needs attention; "" if nobody knows."""
    facts, run = snapshot.facts(id), snapshot.run(id)
    if run and run.interrupted:
        return "its process is gone: `chant recover` decides what it left"
    if run and run.error and snapshot.status(id) in (Status.NEEDS_ATTENTION, Status.FAILED):
        return _cut(run.error)
    if in_doubt(snapshot, id):
        return f"in doubt: `chant verify {short_id(id)}`"
    if facts and not (facts.status and facts.title):
        what = "no title" if facts.status else "cannot be read"
        return f"{what}: `chant lint {short_id(id)}`"
    return ""


def _alone(snapshot: Snapshot, id: SpecId, status: Status) -> str:
    facts = snapshot.facts(id)
    container = facts is not None and facts.type in CONTAINERS and status is Status.READY
    return "no members" if container and not snapshot.graph.members(id) else ""


def _cut(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def merged(snapshot: Snapshot, id: SpecId) -> bool | None:
    """Whether finished work is merged; None where nothing is completed."""
    if effective_status(snapshot, id) is not Status.COMPLETED:
        return None
    return not is_unmerged(snapshot, id)


def spec_json(snapshot: Snapshot, id: SpecId) -> dict[str, object]:
    """The object of contract 2 for a spec. Raises KeyError for an id that is not there."""
    file = snapshot.find(id)
    if file is None:
        raise KeyError(id)
    facts, run = file.facts, snapshot.run(id)
    return {
        "id": facts.id,
        "title": facts.title,
        "type": facts.type.value,
        "status": effective_status(snapshot, id).value,
        "stored_status": facts.status.value if facts.status else None,
        "labels": list(facts.labels),
        "depends_on": list(facts.depends_on or ()),
        "informed_by": list(facts.informed_by),
        "target_files": list(facts.target_files),
        "blocked_by": [_reason_json(reason) for reason in blocked_by(snapshot, id)],
        "criteria": {"done": facts.criteria.done, "total": facts.criteria.total},
        "run": _run_json(run) if run else None,
        "merged": merged(snapshot, id),
        "path": file.path,
    }


def _reason_json(reason: Reason) -> dict[str, object]:
    return {
        "id": reason.id,
        "kind": reason.kind.value,
        "status": reason.status.value if reason.status else None,
        "title": reason.title,
    }


def _run_json(run: RunInfo) -> dict[str, object]:
    return {
        "id": run.run,
        "state": run.state.value,
        "started_at": run.started_at,
        "worktree": run.worktree,
        "branch": run.branch,
        "usage": asdict(run.usage) if run.usage else None,
        **({"conflict": run.conflict} if run.conflict else {}),
    }


def _passes(snapshot: Snapshot, id: SpecId, wanted: Filters) -> bool:
    facts = snapshot.facts(id)
    if facts is None:
        return False
    if wanted.labels and not set(wanted.labels) & set(facts.labels):
        return False
    if wanted.type and facts.type != TYPE_ALIASES.get(wanted.type, wanted.type):
        return False
    return _status_passes(snapshot, id, wanted)


def _status_passes(snapshot: Snapshot, id: SpecId, wanted: Filters) -> bool:
    status = effective_status(snapshot, id)
    if wanted.ready and status is not Status.READY:
        return False
    if wanted.statuses:
        facts = snapshot.facts(id)
        stored = facts.status if facts else None
        return status in wanted.statuses or (
            stored is Status.PENDING and Status.PENDING in wanted.statuses
        )
    return wanted.all or status not in FINISHED or is_unmerged(snapshot, id)


def _grouped(reasons: Iterable[Reason]) -> Iterator[str]:
    """Plain dependencies are told together: `depends on 010-abc, 011-def`."""
    plain = [reason.id for reason in reasons if reason.kind is Block.DEPENDENCY]
    if plain:
        more = f" and {len(plain) - _MOST_NAMED} more" if len(plain) > _MOST_NAMED else ""
        yield "depends on " + ", ".join(map(short_id, plain[:_MOST_NAMED])) + more
    yield from [describe(r) for r in reasons if r.kind is not Block.DEPENDENCY][:_MOST_NAMED]
