"""`archive` and `unarchive`: finished specs put away, and brought back."""

from dataclasses import dataclass

from chant_ls.analysis import archiving
from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import busy
from chant_ls.engine.moving import Move, Moved, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class ArchiveRequest:
    """No ids: all that is finished, and was so at least `older_than` days ago (0: any time)."""

    ids: tuple[str, ...] = ()
    older_than: int = 0
    commit: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """`warnings`: who still depends on them. Such dependencies stay satisfied."""

    snapshot: Snapshot
    moves: tuple[Move, ...]
    warnings: tuple[str, ...] = ()


def plan(engine: Engine, request: ArchiveRequest) -> Plan | Refusal:
    worker = guards.role(engine)
    if worker:
        return worker
    snapshot = engine.load()
    chosen = _named(engine, snapshot, request) if request.ids else None
    if isinstance(chosen, Refusal):
        return chosen
    ids = chosen if chosen is not None else archiving.finished(snapshot, request.older_than)
    moves = tuple(Move(id, _path(snapshot, id), archiving.archive_path(id)) for id in ids)
    waiting = archiving.waiting_for(snapshot, ids)
    told = tuple(f"{one} still depends on {id}, which stays satisfied" for one, id in waiting)
    return Plan(snapshot, moves, told)


def archive(engine: Engine, planned: Plan, commit: bool = True) -> Moved | Refusal:
    if not planned.moves:
        return Moved(())
    return move(engine, planned.snapshot, planned.moves, "archive", commit)


def plan_back(engine: Engine, ids: tuple[str, ...]) -> Plan | Refusal:
    worker = guards.role(engine)
    if worker:
        return worker
    snapshot = engine.load()
    moves: dict[SpecId, Move] = {}
    for text in ids:
        id = guards.find(snapshot, text, Scope.ALL)
        if isinstance(id, Refusal):
            return id
        if not snapshot.graph.archived(id):
            return Refusal(f"{id} is not archived", f"`chant show {id}` shows it")
        for one in archiving.archived_family(snapshot, id):
            moves[one] = Move(one, _path(snapshot, one), archiving.active_path(one))
    return Plan(snapshot, tuple(moves.values()))


def unarchive(engine: Engine, planned: Plan, commit: bool = True) -> Moved | Refusal:
    return move(engine, planned.snapshot, planned.moves, "unarchive", commit)


def _named(
    engine: Engine, snapshot: Snapshot, request: ArchiveRequest
) -> tuple[SpecId, ...] | Refusal:
    """With their members; the first that cannot go refuses all."""
    chosen: dict[SpecId, None] = {}
    for text in request.ids:
        id = guards.find(snapshot, text, Scope.ALL, snapshot.today)
        if isinstance(id, Refusal):
            return id
        refusal = busy(engine, engine.runs.latest(id)) or archiving.archiving(snapshot, id)
        if refusal:
            return refusal
        chosen |= dict.fromkeys(archiving.family(snapshot, id))
    return tuple(chosen)


def _path(snapshot: Snapshot, id: SpecId) -> str:
    return snapshot.graph.path_of(id) or ""
