"""`pause`: stop the agent and keep everything, to be resumed."""

from dataclasses import dataclass

from chant_ls.analysis.resolve import Scope
from chant_ls.engine import guards
from chant_ls.engine.decisions import is_live
from chant_ls.engine.engine import Engine
from chant_ls.engine.stopping import stop
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState


@dataclass(frozen=True, slots=True)
class Paused:
    """Where its work is kept."""

    id: str
    worktree: str
    branch: str


def pause(engine: Engine, id: str) -> Paused | Refusal:
    """Returns when the agent and all its processes have ended."""
    worker = guards.role(engine)
    if worker:
        return worker
    snapshot = engine.load()
    found = guards.find(snapshot, id, Scope.ACTIVE, snapshot.today)
    if isinstance(found, Refusal):
        return found
    record = engine.runs.latest(found)
    if record is None or not is_live(engine, record):
        return Refusal(f"{found} is not being worked", f"`chant show {found}` tells how it stands")
    refusal = stop(engine, record, "pause")
    if refusal:
        return refusal
    ended = engine.runs.read(record.run) or record
    if ended.state is not RunState.PAUSED:
        word = ended.state.replace("_", " ")
        return Refusal(f"{found} ended meanwhile: it is {word}", f"`chant show {found}`")
    return Paused(found, ended.worktree, ended.branch)
