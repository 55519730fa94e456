"""`drift`: whether what completed specs were made from has changed since."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.standing import is_unmerged, standing
from chant_ls.engine import guards, specfile
from chant_ls.engine.decisions import decide, existing
from chant_ls.engine.drifting import FIELDS, Difference, Inputs, completed_at
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.liveness import busy
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.slots import texts


class State(StrEnum):
    UP_TO_DATE = "up_to_date"
    DRIFTED = "drifted"
    UNKNOWN = "unknown"
    NOTHING_NAMED = "nothing_named"


@dataclass(frozen=True, slots=True)
class Drift:
    """`since` is the commit compared with, "" where none is known; `beyond_git` are files without a
    history; `marked` whether the spec now needs attention; `notes` are sentences for the user."""

    id: SpecId
    state: State
    since: str = ""
    differences: tuple[Difference, ...] = ()
    beyond_git: tuple[str, ...] = ()
    marked: bool = False
    notes: tuple[str, ...] = ()


def drift(
    engine: Engine, ids: tuple[str, ...] = (), mark: bool = False
) -> tuple[Drift, ...] | Refusal:
    """Of these specs, archived ones too, or of all that are completed and not archived. `mark`:
    those that drifted need attention from now on; else nothing is changed."""
    worker = guards.role(engine) if mark else None
    if worker:
        return worker
    snapshot = engine.load()
    chosen = _chosen(snapshot, ids)
    if isinstance(chosen, Refusal):
        return chosen
    inputs, told = Inputs(engine, snapshot), []
    for id in chosen:
        one = _looked_at(engine, inputs, id)
        if not isinstance(one, Refusal) and mark and one.state is State.DRIFTED:
            one = _marked(engine, one)
        if isinstance(one, Refusal):
            return one
        told.append(one)
    return tuple(told)


def _chosen(snapshot: Snapshot, ids: tuple[str, ...]) -> tuple[SpecId, ...] | Refusal:
    if not ids:
        return tuple(id for id in snapshot.graph.active.ordered if not _unfit(snapshot, id))
    found: list[SpecId] = []
    for text in ids:
        id = guards.find(snapshot, text, Scope.ALL, snapshot.today)
        if isinstance(id, Refusal):
            return id
        unfit = _unfit(snapshot, id)
        if unfit:
            return unfit
        found.append(id)
    return tuple(dict.fromkeys(found))


def _unfit(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    if standing(snapshot, id) is not Status.COMPLETED:
        return Refusal(f"{id} is not completed", f"`chant show {id}` tells how it stands")
    if is_unmerged(snapshot, id):
        return Refusal(f"{id} is not merged yet", f"`chant merge {id}` merges it")
    return None


def _looked_at(engine: Engine, inputs: Inputs, id: SpecId) -> Drift | Refusal:
    file = existing(inputs.snapshot, id)
    if isinstance(file, Refusal):
        return file
    document = file.document
    if not any(texts(document, field) for field in FIELDS):
        return Drift(id, State.NOTHING_NAMED)
    since = completed_at(engine, id, _fields(file))
    beyond = inputs.beyond_git(document)
    if not since:
        return Drift(id, State.UNKNOWN, beyond_git=beyond)
    found = inputs.differences(document, since)
    if isinstance(found, GitError):
        return found.refusal(f"what changed since {id} was completed cannot be read")
    state = State.DRIFTED if found else State.UNKNOWN if beyond else State.UP_TO_DATE
    return Drift(id, state, since, found, beyond)


def _fields(file: SpecFile) -> dict[str, str]:
    """The last value of each."""
    names = ("verification_status", "commits")
    values = {name: tuple(texts(file.document, name)) for name in names}
    return {name: value[-1] for name, value in values.items() if value}


def _marked(engine: Engine, one: Drift) -> Drift | Refusal:
    held = engine.runs.lock(one.id)
    if isinstance(held, Refusal):
        return held
    with held:
        if refusal := busy(engine, engine.runs.latest(one.id)):
            return refusal
        snapshot = engine.load()
        file = existing(snapshot, one.id)
        status = move(one.id, standing(snapshot, one.id) or Status.PENDING, Event.DRIFT)
        if isinstance(file, Refusal):
            return file
        if isinstance(status, Refusal):
            return status
        change = partial(specfile.with_fields, id=one.id, values={"status": status.value})
        done = decide(engine, file, "drift", change)
    return done if isinstance(done, Refusal) else replace(one, marked=True, notes=done.notes)
