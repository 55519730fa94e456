"""The life of a spec: which event may follow which status, and what comes of it."""

from enum import StrEnum

from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import Status


class Event(StrEnum):
    WORK = "work"
    RESUME = "resume"
    PAUSE = "pause"
    COMPLETE = "complete"
    FAIL = "fail"
    NEED_ATTENTION = "need_attention"
    CANCEL = "cancel"
    RESET = "reset"
    DRIFT = "drift"


_S = Status
_TABLE: dict[Event, tuple[frozenset[Status], Status]] = {
    Event.WORK: (frozenset({_S.PENDING, _S.READY}), _S.IN_PROGRESS),
    Event.RESUME: (frozenset({_S.PAUSED, _S.FAILED, _S.NEEDS_ATTENTION}), _S.IN_PROGRESS),
    Event.PAUSE: (frozenset({_S.IN_PROGRESS}), _S.PAUSED),
    Event.COMPLETE: (
        frozenset({_S.IN_PROGRESS, _S.PAUSED, _S.NEEDS_ATTENTION, _S.FAILED}),
        _S.COMPLETED,
    ),
    Event.FAIL: (frozenset({_S.IN_PROGRESS}), _S.FAILED),
    Event.NEED_ATTENTION: (frozenset({_S.IN_PROGRESS}), _S.NEEDS_ATTENTION),
    Event.CANCEL: (frozenset(Status) - {_S.CANCELLED}, _S.CANCELLED),
    Event.RESET: (frozenset(Status) - {_S.PENDING, _S.READY, _S.BLOCKED}, _S.PENDING),
    Event.DRIFT: (frozenset({_S.COMPLETED}), _S.NEEDS_ATTENTION),
}

_NEXT_STEP: dict[tuple[Event, Status], str] = {
    (Event.WORK, _S.IN_PROGRESS): "`chant log {id}` shows it, `chant cancel {id}` stops it",
    (Event.WORK, _S.PAUSED): "`chant resume {id}` continues it, `chant reset {id}` starts over",
    (
        Event.WORK,
        _S.FAILED,
    ): "`chant log {id}` shows why; `chant reset {id}` or `chant work {id} --fresh` "
    "starts over, `chant resume {id}` continues in its worktree",
    (Event.WORK, _S.NEEDS_ATTENTION): "`chant log {id}` shows why; `chant resume {id}` continues "
    "in its worktree (`--skip-criteria` although boxes are open), `chant takeover {id}` is for "
    "your own hands, `chant reset {id}` or `chant work {id} --fresh` starts over",
    (Event.WORK, _S.COMPLETED): "`chant merge {id}` merges it if it is not; `chant reset {id}` "
    "makes it pending again",
    (Event.WORK, _S.CANCELLED): "`chant reset {id}` makes it pending again",
    (Event.COMPLETE, _S.PENDING): "nothing is left of earlier work: `chant work {id}`",
    (Event.COMPLETE, _S.COMPLETED): "`chant merge {id}` merges it if it is not",
    (Event.RESET, _S.PENDING): "it is pending already: `chant work {id}`",
    (Event.RESUME, _S.PENDING): "nothing was started yet: `chant work {id}`",
}


def transition(status: Status, event: Event) -> Status | Refusal:
    """The status after `event`, or why it cannot happen now. The only judge of moves.

    The hint holds `{id}` where the spec's id goes; `refuse_move` fills it in.
    """
    allowed, result = _TABLE[event]
    if status in allowed:
        return result
    verb = event.value.replace("_", " ")
    hint = _NEXT_STEP.get((event, status), "`chant show {id}` tells more")
    words = "needs attention" if status is _S.NEEDS_ATTENTION else f"is {status.value}"
    return Refusal(f"cannot {verb} a spec that {words.replace('_', ' ')}", hint)


def move(id: str, status: Status, event: Event) -> Status | Refusal:
    """`transition` with its refusal naming the spec."""
    result = transition(status, event)
    if isinstance(result, Refusal):
        return Refusal(f"{id}: {result.message}", result.hint.format(id=id))
    return result
