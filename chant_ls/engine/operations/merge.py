"""`merge`: finished branches into their target, in an order in which each can be merged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from chant_ls.analysis.resolve import Scope, the_id
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.engine import Engine
from chant_ls.engine.merge import merge_branch
from chant_ls.engine.merge_run import finished, merge_run
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status, natural_key


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """`ids` may be short; a driver means its members too. `all`: every completed branch that is
    not merged. `allow_protected`: the user saw the protected files and said yes."""

    ids: tuple[str, ...] = ()
    all: bool = False
    dry_run: bool = False
    allow_protected: bool = False


class Outcome(StrEnum):
    MERGED = "merged"
    ALREADY = "already merged"
    WOULD = "would merge"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class MergeItem:
    """What became of one spec. `undo` is the ref that keeps the target as it was."""

    id: SpecId
    outcome: Outcome
    target: str = ""
    commit: str = ""
    undo: str = ""
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class MergeResult:
    items: tuple[MergeItem, ...] = ()

    @property
    def well(self) -> bool:
        return all(item.refusal is None for item in self.items)


def merge(engine: Engine, request: MergeRequest) -> MergeResult | Refusal:
    """Merges what can be; a spec whose dependency failed to merge is skipped.

    One spec that cannot be merged is a refusal; of several, each tells its own.
    """
    snapshot = engine.load()
    chosen = _chosen(snapshot, request)
    if isinstance(chosen, Refusal):
        return chosen
    refusal = next((r for id in chosen if (r := _unfit(snapshot, id))), None)
    if refusal:
        return refusal
    items: list[MergeItem] = []
    for id in _ordered(snapshot, chosen):
        failed = {item.id for item in items if item.refusal}
        waits = sorted(failed & _before(snapshot, id), key=natural_key)
        items.append(_skipped(id, waits) if waits else _merge(engine, id, request))
    only = items[0].refusal if len(items) == 1 else None
    return only or MergeResult(tuple(items))


def _chosen(snapshot: Snapshot, request: MergeRequest) -> tuple[SpecId, ...] | Refusal:
    """The specs meant, drivers replaced by those of their members that have work to merge."""
    if request.all and request.ids:
        return Refusal("`--all` and ids exclude each other", "name the specs, or use `--all` alone")
    unmerged = tuple(id for id, run in snapshot.runs.items() if run.unmerged)
    if request.all:
        return unmerged
    if not request.ids:
        return Refusal("name the specs to merge", "`chant merge ID…`, or `chant merge --all`")
    chosen: list[SpecId] = []
    for text in request.ids:
        found = the_id(snapshot, text, Scope.ACTIVE)
        if isinstance(found, Refusal):
            return found
        members = [m for m in snapshot.graph.members(found) if m in unmerged]
        alone = found in snapshot.runs or not snapshot.graph.members(found)
        chosen += [*members, *([found] if alone else [])]
    return tuple(dict.fromkeys(chosen))


def _unfit(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Why this spec may not be merged, before anything is done to any."""
    facts, status = snapshot.facts(id), snapshot.status(id)
    if facts is not None and facts.approval.blocks:
        return Refusal(f"{id} waits for approval", f"`chant approve {id} --by NAME`")
    if status is Status.COMPLETED:
        return None
    shown = (status or Status.PENDING).value.replace("_", " ")
    return Refusal(
        f"{id} is {shown}; only completed work is merged", f"`chant show {id}` tells what it needs"
    )


def _ordered(snapshot: Snapshot, ids: Sequence[SpecId]) -> tuple[SpecId, ...]:
    """Dependencies first, members before their driver, else in natural order."""
    left, done = sorted(ids, key=natural_key), []
    while left:
        waiting = set(left)
        free = (id for id in left if not waiting & _before(snapshot, id))
        take = next(free, left[0])
        left.remove(take)
        done.append(take)
    return tuple(done)


def _before(snapshot: Snapshot, id: SpecId) -> set[SpecId]:
    """What has to be merged before this one."""
    members = snapshot.graph.members(id)
    return {*snapshot.graph.dependencies(id), *members, *_earlier(snapshot, id)} - {id}


def _earlier(snapshot: Snapshot, id: SpecId) -> Iterable[SpecId]:
    return snapshot.graph.earlier_siblings(id)


def _skipped(id: SpecId, waits: Sequence[SpecId]) -> MergeItem:
    why = f"{id} is not merged: {', '.join(waits)} could not be"
    return MergeItem(id, Outcome.SKIPPED, refusal=Refusal(why, f"then `chant merge {id}`"))


def _merge(engine: Engine, id: SpecId, request: MergeRequest) -> MergeItem:
    held = engine.runs.lock(id)
    if isinstance(held, Refusal):
        return MergeItem(id, Outcome.FAILED, refusal=held)
    with held:
        record = engine.runs.latest(id)
        if record is None or not record.branch or record.merged:
            return MergeItem(id, Outcome.ALREADY)
        refusal = _changed_meanwhile(record)
        if refusal:
            return MergeItem(id, Outcome.FAILED, refusal=refusal)
        if request.dry_run:
            return _rehearsed(engine, record, request)
        return _done(engine, record, request)


def _changed_meanwhile(record: RunRecord) -> Refusal | None:
    """Under the lock, the record alone decides."""
    if record.info(live=False).unmerged:
        return None
    return Refusal(f"{record.spec} is {record.state} now", f"`chant show {record.spec}`")


def _rehearsed(engine: Engine, record: RunRecord, request: MergeRequest) -> MergeItem:
    done = merge_branch(engine.git, finished(engine, record), request.allow_protected, dry_run=True)
    item = MergeItem(record.spec, Outcome.WOULD, record.base_branch)
    if isinstance(done, Refusal):
        return replace(item, outcome=Outcome.FAILED, refusal=done)
    return replace(item, files=done.files)


def _done(engine: Engine, record: RunRecord, request: MergeRequest) -> MergeItem:
    done = merge_run(engine, record, request.allow_protected)
    if isinstance(done, Refusal):
        return MergeItem(record.spec, Outcome.FAILED, record.base_branch, refusal=done)
    merged = done.merged
    return MergeItem(
        record.spec,
        Outcome.ALREADY if merged.already else Outcome.MERGED,
        record.base_branch,
        merged.commit,
        merged.undo,
        merged.files,
        done.notes,
    )
