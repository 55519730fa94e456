"""`merge`: finished branches into their target, in an order in which each can be merged.

A conflict waits in a folder of its own until `go_on` or `take_back`; one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards, settling
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Tell, quiet
from chant_ls.engine.merge import rehearse
from chant_ls.engine.merge_plan import before, chosen, ordered, unfit
from chant_ls.engine.merge_run import MergedRun, finished
from chant_ls.engine.merge_state import Wishes
from chant_ls.engine.merge_terms import Conflicted
from chant_ls.engine.operations.recover import put_right
from chant_ls.engine.operations.work import UNTRUSTED
from chant_ls.engine.records import RunRecord
from chant_ls.engine.resolver import agent_for
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, natural_key


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """`ids` may be short; a driver means its members too. `all`: every completed branch that is
    not merged. `allow_protected`: the user saw the protected files and said yes. `rebase`: the
    branch onto its target first. `auto`: an agent settles conflicts, which needs `trusted`; `told`
    is the digest of the commands that were shown, "" where none were."""

    ids: tuple[str, ...] = ()
    all: bool = False
    dry_run: bool = False
    allow_protected: bool = False
    rebase: bool = False
    auto: bool = False
    trusted: bool = False
    told: str = ""

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.rebase, self.auto, self.allow_protected)


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


def merge(engine: Engine, request: MergeRequest, tell: Tell = quiet) -> MergeResult | Refusal:
    """Merges what can be; a spec whose dependency failed to merge is skipped.

    One spec that cannot be merged is a refusal; of several, each tells its own.
    """
    refusal = guards.role(engine) or (UNTRUSTED if request.auto and not request.trusted else None)
    if refusal is None and not request.dry_run:
        refusal = put_right(engine, tell=tell)
    if refusal:
        return refusal
    snapshot = engine.load()
    ids = chosen(snapshot, request.ids, request.all)
    if isinstance(ids, Refusal):
        return ids
    refusal = next((r for id in ids if (r := unfit(snapshot, id))), None)
    if refusal and not request.all:
        return refusal
    items = _each(engine, snapshot, ordered(snapshot, ids), request, tell)
    only = items[0].refusal if len(items) == 1 else None
    return only or MergeResult(items)


def waiting(engine: Engine) -> tuple[SpecId, ...]:
    """What `all` would merge now, in this order."""
    snapshot = engine.load()
    ids = chosen(snapshot, (), True)
    if isinstance(ids, Refusal):
        return ()
    return ordered(snapshot, [id for id in ids if unfit(snapshot, id) is None])


def _each(
    engine: Engine,
    snapshot: Snapshot,
    ids: Sequence[SpecId],
    request: MergeRequest,
    tell: Tell,
) -> tuple[MergeItem, ...]:
    """In this order; a rehearsal merges each onto what the ones before it would have made."""
    items: list[MergeItem] = []
    tips: dict[str, str] = {}
    for at, id in enumerate(ids):
        failed = {item.id for item in items if item.refusal}
        waits = sorted(failed & before(snapshot, id), key=natural_key)
        no = unfit(snapshot, id)
        if no:
            items.append(MergeItem(id, Outcome.SKIPPED, refusal=no))
        elif waits:
            items.append(_skipped(id, waits))
        else:
            items.append(_merge(engine, id, request, tuple(ids[at + 1 :]), tips, tell))
    return tuple(items)


def _skipped(id: SpecId, waits: Sequence[SpecId]) -> MergeItem:
    why = f"{id} is not merged: {', '.join(waits)} could not be"
    return MergeItem(id, Outcome.SKIPPED, refusal=Refusal(why, f"then `chant merge {id}`"))


def _merge(
    engine: Engine,
    id: SpecId,
    request: MergeRequest,
    rest: tuple[SpecId, ...],
    tips: dict[str, str],
    tell: Tell,
) -> MergeItem:
    held = engine.runs.lock(id)
    if isinstance(held, Refusal):
        return MergeItem(id, Outcome.FAILED, refusal=held)
    with held:
        record = engine.runs.latest(id)
        if record is None or not record.branch or record.merged:
            return MergeItem(id, Outcome.ALREADY)
        refusal = changed_meanwhile(record)
        if refusal:
            return MergeItem(id, Outcome.FAILED, refusal=refusal)
        if request.dry_run:
            return _rehearsed(engine, record, request, tips)
        return item_of(record, settling.begin(engine, record, request.wishes, rest, tell))


def changed_meanwhile(record: RunRecord) -> Refusal | None:
    """Under the lock, the record alone decides."""
    if record.info(live=False).unmerged:
        return None
    return Refusal(f"{record.spec} is {record.state} now", f"`chant show {record.spec}`")


def _rehearsed(
    engine: Engine, record: RunRecord, request: MergeRequest, tips: dict[str, str]
) -> MergeItem:
    work, target = finished(engine, record), record.base_branch
    done = rehearse(engine.git, work, request.allow_protected, tips.get(target, ""))
    item = MergeItem(record.spec, Outcome.WOULD, target)
    if isinstance(done, Conflicted):
        return replace(
            item, outcome=Outcome.FAILED, refusal=_would_meet(engine, record, done, request)
        )
    if isinstance(done, Refusal):
        return replace(item, outcome=Outcome.FAILED, refusal=done)
    tips[target] = done.commit
    notes = (f"{record.branch} would be rebased onto {target} first",) if request.rebase else ()
    return replace(item, files=done.files, notes=notes)


def _would_meet(
    engine: Engine, record: RunRecord, conflict: Conflicted, request: MergeRequest
) -> Refusal:
    named = ", ".join(conflict.paths[:5])
    what = f"{record.spec}: {record.branch} would conflict with {record.base_branch} in {named}"
    if not request.auto:
        return Refusal(what, conflict.refusal.hint, conflict.paths)
    agent = agent_for(engine, record)
    if isinstance(agent, Refusal):
        return Refusal(f"{what}; {agent.message}", agent.hint, conflict.paths)
    return Refusal(what, f"the agent {agent.name} would be asked to settle it", conflict.paths)


def item_of(record: RunRecord, done: MergedRun | Refusal) -> MergeItem:
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
