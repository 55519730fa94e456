"""The commands that a run would start: shown before, agreed to, and held against what is run."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards
from chant_ls.engine.agents import table
from chant_ls.engine.agents.table import Call
from chant_ls.engine.engine import Engine
from chant_ls.engine.guards import Approved, Base
from chant_ls.engine.jobs import WorkRequest
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What would run, for the question of consent. `digest` changes when any command does.
    `by_spec` are the commands of each, those that `specs` share among them; `told` digests of the
    commands of each; `first` what runs that were interrupted make necessary before, in words;
    `left_out` are specs that cannot run, with the reason."""

    specs: tuple[SpecId, ...]
    commands: tuple[str, ...]
    digest: str
    by_spec: tuple[tuple[SpecId, tuple[str, ...]], ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    left_out: tuple[tuple[SpecId, str], ...] = ()


def plan_of(ids: tuple[SpecId, ...], commands: tuple[str, ...]) -> WorkPlan:
    return WorkPlan(ids, commands, _digest(sorted(commands)))


def plan_for(
    engine: Engine, snapshot: Snapshot, ids: tuple[SpecId, ...], request: WorkRequest
) -> WorkPlan:
    """What working these specs would run, and the checks of the project after each."""
    found = ((id, guards.runnable(engine, snapshot, id, request, Base("", ""))) for id in ids)
    fit = {id: one for id, one in found if isinstance(one, Approved)}
    by_spec = tuple((id, tuple(_own(engine, fit[id])) if id in fit else ()) for id in ids)
    commands = dict.fromkeys(command for _, own in by_spec for command in own)
    commands.update(dict.fromkeys(_verify(engine) if ids else ()))
    told: dict[str, str] = {id: _digest_of(engine, one) for id, one in fit.items()}
    return replace(plan_of(ids, tuple(commands)), by_spec=by_spec, told=told)


def others(engine: Engine, approved: Approved, request: WorkRequest) -> Refusal | None:
    """Refuses a spec whose commands are not those that the user was told."""
    if request.told is None:
        return None
    return differing({approved.id: _digest_of(engine, approved)}, request)


def differing(digests: Mapping[str, str], request: WorkRequest) -> Refusal | None:
    """The same for the digests of a plan, where anything was told before."""
    told = request.told
    if told is None:
        return None
    return next((changed(id) for id, digest in digests.items() if told.get(id) != digest), None)


def changed(id: str) -> Refusal:
    return Refusal(
        f"{id}: its commands are others now than those that were shown, so none was started",
        f"look at it with `chant work {id} --dry-run`, then start it again",
    )


def _digest_of(engine: Engine, approved: Approved) -> str:
    return _digest((approved.id, *_own(engine, approved), *_verify(engine)))


def _verify(engine: Engine) -> Iterator[str]:
    return (f"verify: {command}" for command in engine.config.verify)


def _own(engine: Engine, approved: Approved) -> Iterator[str]:
    """Of the agent and of the checks in criteria."""
    call = Call("{prompt}", "{prompt_file}", approved.model)
    argv = table.argv(approved.provider, engine.files, approved.document, call)
    if approved.provider.name == table.SHELL and not approved.provider.command:
        yield from (f"sh: {block.strip()}" for block in table.shell_blocks(approved.document))
    else:
        yield " ".join(argv)
    for criterion in approved.document.body.criteria:
        if criterion.check:
            yield f"check: {criterion.check}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
