"""The table of moves (model.md 5.1 with execution.md 6.2)."""

import pytest

from chant_ls.model.lifecycle import Event, move, transition
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunInfo, RunState, overlaid
from chant_ls.model.spec import SpecId, Status

P, R, Z, C, F, N, X = (
    Status.PENDING, Status.IN_PROGRESS, Status.PAUSED, Status.COMPLETED, Status.FAILED,
    Status.NEEDS_ATTENTION, Status.CANCELLED,
)  # fmt: skip

MOVES = {
    Event.WORK: ({P, Status.READY}, R),
    Event.RESUME: ({Z, F, N}, R),
    Event.PAUSE: ({R}, Z),
    Event.COMPLETE: ({R, Z, N, F}, C),
    Event.FAIL: ({R}, F),
    Event.NEED_ATTENTION: ({R}, N),
    Event.CANCEL: (set(Status) - {X}, X),
    Event.RESET: ({R, Z, F, N, C, X}, P),
    Event.DRIFT: ({C}, N),
}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("status", Status)
def test_every_move(status: Status, event: Event):
    allowed, result = MOVES[event]
    outcome = transition(status, event)
    if status in allowed:
        assert outcome is result
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.hint


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("status", Status)
def test_a_refusal_names_the_spec_and_a_next_step(status: Status, event: Event):
    outcome = move("010-abc", status, event)
    if isinstance(outcome, Refusal):
        assert outcome.message.startswith("010-abc: ")
        assert "{" not in outcome.hint
        assert "010-abc" in outcome.hint


def _run(state: RunState, live: bool = False) -> RunInfo:
    return RunInfo("1", SpecId("x"), state, live)


def test_without_a_run_the_file_speaks():
    assert all(overlaid(status, None) is status for status in Status)
    assert overlaid(None, None) is N


@pytest.mark.parametrize(
    ("state", "live", "stored", "shown"),
    [
        (RunState.STARTING, True, P, R),
        (RunState.RUNNING, True, P, R),
        (RunState.EVALUATING, True, P, R),
        (RunState.MERGING, True, P, C),
        (RunState.MERGING, False, P, C),
        (RunState.RUNNING, False, P, N),
        (RunState.STARTING, False, C, N),
        (RunState.PAUSED, False, P, Z),
        (RunState.FAILED, False, P, F),
        (RunState.NEEDS_ATTENTION, False, P, N),
        (RunState.COMPLETED, False, P, C),
        (RunState.MERGED, False, P, C),
        (RunState.MERGED, False, None, C),
        (RunState.MERGED, False, N, N),
        (RunState.COMPLETED, False, N, C),
        (RunState.CANCELLED, False, P, X),
        (RunState.RESET, False, P, P),
        (RunState.RESET, False, F, F),
        (RunState.FAILED, False, C, C),
        (RunState.FAILED, False, X, X),
        (RunState.COMPLETED, False, X, X),
        (RunState.RUNNING, True, X, R),
        (RunState.FAILED, False, None, F),
    ],
)
def test_a_run_overlays_its_file(state: RunState, live: bool, stored: Status | None, shown: Status):
    assert overlaid(stored, _run(state, live)) is shown


def test_a_record_that_says_merged_wins_over_an_older_file():
    assert overlaid(R, _run(RunState.MERGED)) is C
