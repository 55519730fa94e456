"""Stopping a run: a wish left for the supervisor that is at it, its answer awaited; where that is
dead, what it should have done."""

import time
from dataclasses import replace
from pathlib import Path

from chant_ls.engine import messages
from chant_ls.engine.agent import run_mark
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.liveness import is_live
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState

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


def closed(engine: Engine, record: RunRecord, state: RunState, private: bool) -> tuple[str, ...]:
    """A run whose supervisor died is ended here as `state`: nothing of its agent is left, what that
    made is committed on its branch. Notes for the user. The caller holds the lock of the spec."""
    engine.processes.end_tree(record.agent, run_mark(engine.runs.folder, record.run))
    engine.runs.drop_prompt(record.run)
    notes = _checkpoint(engine, record, private)
    ended = engine.clock.now()
    engine.runs.write(replace(record, state=state, step="", wants_merge=False, ended_at=ended))
    return notes


def _checkpoint(engine: Engine, record: RunRecord, private: bool) -> tuple[str, ...]:
    tree = Path(record.worktree)
    if not record.worktree or not tree.is_dir():
        return ()
    message = messages.about("checkpoint", record.spec, private)
    done = engine.git.commit_all(tree, message)
    return (f"what it left is not committed: {done}",) if isinstance(done, GitError) else ()
