"""What stands in the way of a person who goes on where an agent stopped."""

from pathlib import Path

from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES


def interrupted(record: RunRecord) -> Refusal | None:
    """Of a run that nobody is at."""
    if record.state not in LIVE_STATES:
        return None
    return Refusal(f"{record.spec} was interrupted", "`chant recover` sets right what it left")


def worktree_gone(record: RunRecord) -> Refusal | None:
    if record.worktree and Path(record.worktree).is_dir():
        return None
    id = record.spec
    return Refusal(
        f"{id} has no worktree any more",
        f"`chant resume {id}` makes it again from its branch, `chant reset {id}` starts over",
    )
