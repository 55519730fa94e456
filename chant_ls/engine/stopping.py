"""Stopping a run that a supervisor is at: a wish left for it, then its answer awaited."""

import time

from chant_ls.engine.decisions import is_live
from chant_ls.engine.engine import Engine
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal

PATIENCE = 45.0
"""Seconds for TERM, grace, KILL and the commit of what is left."""

_STEP = 0.02


def stop(engine: Engine, record: RunRecord, reason: str) -> Refusal | None:
    """`cancel` or `pause`; returns when the run has ended. Its worktree and branch stay."""
    engine.runs.ask_stop(record.run, reason)
    engine.processes.signal(record.supervisor, "USR1")
    deadline = engine.clock.monotonic() + PATIENCE
    while is_live(engine, engine.runs.read(record.run)):
        if engine.clock.monotonic() > deadline:
            return Refusal(
                f"{record.spec} has not stopped after {PATIENCE:.0f} s",
                f"`chant log {record.spec}` shows what it does",
            )
        time.sleep(_STEP)
    return None
