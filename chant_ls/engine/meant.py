"""Which spec a verb is for: the beginning that verbs on one spec have in common."""

from typing import NamedTuple

from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards
from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


class Meant(NamedTuple):
    """The project as it stands, and the spec in it."""

    snapshot: Snapshot
    id: SpecId


def meant(engine: Engine, text: str) -> Meant | Refusal:
    """The active spec that a person typed; refused to the worker of a run."""
    worker = guards.role(engine)
    if worker:
        return worker
    snapshot = engine.load()
    id = guards.find(snapshot, text, Scope.ACTIVE, snapshot.today)
    return id if isinstance(id, Refusal) else Meant(snapshot, id)
