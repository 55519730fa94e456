"""Whether somebody is at a run: the one judge of that."""

from chant_ls.engine.engine import Engine
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState


def is_live(engine: Engine, record: RunRecord | None) -> bool:
    """Whether the process that owns the record (its supervisor, or who merges it) is at it."""
    if record is None or record.state not in LIVE_STATES:
        return False
    return engine.processes.alive(record.supervisor)


def is_orphaned(engine: Engine, record: RunRecord) -> bool:
    """Whether its agent outlived its supervisor."""
    worked = record.state in LIVE_STATES and record.state is not RunState.MERGING
    return worked and not is_live(engine, record) and engine.processes.alive(record.agent)


def busy(engine: Engine, record: RunRecord | None) -> Refusal | None:
    """Why nothing can be done to a spec now: who is at it."""
    if record is None or not is_live(engine, record):
        return None
    id, process = record.spec, record.supervisor.pid
    if record.state is RunState.MERGING:
        why = f"{id} is being merged by process {process}"
        return Refusal(why, f"`chant show {id}` tells how it stands")
    return Refusal(
        f"{id} is being worked by process {process} since {record.started_at}",
        f"`chant log {id}` shows it, `chant cancel {id}` stops it",
    )
