"""The merge that waits at a conflict: gone on with, or taken back."""

from dataclasses import dataclass, replace

from chant_ls.engine import conflicts, guards, merge_state, settling
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Tell, quiet
from chant_ls.engine.merge_plan import unfit
from chant_ls.engine.merge_state import MergeState
from chant_ls.engine.operations.merge import (
    MergeItem,
    MergeRequest,
    MergeResult,
    Outcome,
    changed_meanwhile,
    item_of,
    merge,
)
from chant_ls.engine.operations.recover import put_right
from chant_ls.engine.operations.work import UNTRUSTED
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class GoOnRequest:
    """`auto`: an agent first settles what nobody settled yet, which needs `trusted`.
    `allow_protected` as for a merge."""

    auto: bool = False
    allow_protected: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`rest` are specs that were to be merged afterwards."""

    id: SpecId
    rest: tuple[SpecId, ...] = ()


def go_on(engine: Engine, request: GoOnRequest, tell: Tell = quiet) -> MergeResult | Refusal:
    """The merge that waits, now that its conflict is settled; then those that were to follow."""
    state = _waiting(engine, tell)
    if isinstance(state, Refusal):
        return state
    if (request.auto or state.wishes.auto) and not request.trusted:
        return UNTRUSTED
    held = engine.runs.lock(state.spec)
    if isinstance(held, Refusal):
        return held
    with held:
        record = engine.runs.read(state.run)
        if record is None:
            return Refusal(f"{state.spec}: its run is gone", "`chant merge --abort`")
        refusal = unfit(engine.load(), state.spec) or changed_meanwhile(record)
        if refusal:
            return replace(refusal, hint=f"{refusal.hint}; `chant merge --abort` takes it back")
        if request.allow_protected:
            wishes = replace(state.wishes, allow_protected=True)
            state = merge_state.keep(engine, state, wishes=wishes)
        how = settling.by_agent if request.auto else settling.by_hand
        item = item_of(record, how(engine, state, record, tell))
    return item.refusal or _with_rest(engine, state, item, request, tell)


def take_back(engine: Engine, tell: Tell = quiet) -> TakenBack | Refusal:
    """`merge --abort`: all as before the merge that waits began."""
    state = _waiting(engine, tell)
    if isinstance(state, Refusal):
        return state
    held = engine.runs.lock(state.spec)
    if isinstance(held, Refusal):
        return held
    with held:
        repo = engine.runs.lock(REPO, REPO_WAIT)
        if isinstance(repo, Refusal):
            return repo
        with repo:
            record = engine.runs.read(state.run) or RunRecord(state.run, state.spec)
            return conflicts.take_back(engine, state, record) or TakenBack(state.spec, state.rest)


def _waiting(engine: Engine, tell: Tell) -> MergeState | Refusal:
    refusal = guards.role(engine) or put_right(engine, tell=tell)
    state = merge_state.read(engine)
    if refusal or state is None:
        return refusal or Refusal(
            "no merge waits at a conflict",
            "`chant merge ID` merges, `chant list` shows what can be",
        )
    return state


def _with_rest(
    engine: Engine, state: MergeState, item: MergeItem, request: GoOnRequest, tell: Tell
) -> MergeResult:
    runs = engine.load().runs
    rest = tuple(id for id in state.rest if id in runs and runs[id].unmerged)
    if not rest:
        return MergeResult((item,))
    wishes = state.wishes
    again = MergeRequest(
        rest,
        allow_protected=wishes.allow_protected,
        rebase=wishes.rebase,
        auto=wishes.auto,
        trusted=request.trusted,
    )
    after = merge(engine, again, tell)
    if isinstance(after, Refusal):
        return MergeResult((item, MergeItem(rest[0], Outcome.FAILED, refusal=after)))
    return MergeResult((item, *after.items))
