"""What became of one spec of a job, and as what it counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from chant_ls.engine import launching
from chant_ls.engine.live import Verdict
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState

_GOOD = frozenset({RunState.COMPLETED, RunState.MERGED})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody else is at the spec, or has done it: no failure where others are worked too."""

    refusal: Refusal


Outcome = Verdict | Refusal | Elsewhere


def is_good(what: Verdict | Refusal) -> bool:
    """Completed, and merged where that was wished."""
    return isinstance(what, Verdict) and what.state in _GOOD and not what.error


def counted(what: Verdict | Refusal) -> str:
    """The field of `JobFinished` that counts it."""
    if isinstance(what, Refusal):
        return "failed"
    if is_good(what):
        return "completed"
    return {
        RunState.COMPLETED: "not_merged",
        RunState.NEEDS_ATTENTION: "needs_attention",
        RunState.PAUSED: "paused",
        RunState.CANCELLED: "cancelled",
    }.get(what.state, "failed")


def word(what: Verdict | Refusal) -> Mapping[str, object]:
    """What whoever started the job is told where its only run did not begin."""
    if isinstance(what, Refusal):
        return launching.refused(what)
    return launching.refused(Refusal(what.error, what.hint, what.details))
