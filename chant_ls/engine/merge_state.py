"""The merge that waits at a conflict: what is needed to go on with it or to take it back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from chant_ls.engine.engine import Engine
from chant_ls.engine.merge_terms import Conflicted
from chant_ls.engine.records import ProcessId
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


class Step(StrEnum):
    """`OPENING`: its folder is being made; `WAITING`: for somebody to settle it; `AGENT`: one is
    at it; `LANDING`: it is settled and on its way into the target."""

    OPENING = "opening"
    WAITING = "waiting"
    AGENT = "agent"
    LANDING = "landing"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user wants things merged."""

    rebase: bool = False
    auto: bool = False
    allow_protected: bool = False


@dataclass(frozen=True, slots=True)
class MergeState:
    """`folder` is where the conflict lies: a worktree of its own, or, while rebasing, that of the
    run. `ours` is the commit checked out there, `theirs` the one that comes to it, `tip` the
    branch's before all. `paths` are in conflict; `met` the digests of all that the merge changed
    there, as it left it.
    `rest` are specs to be merged afterwards."""

    spec: SpecId
    run: str
    folder: str
    ours: str
    theirs: str
    tip: str
    rebasing: bool = False
    wishes: Wishes = Wishes()
    step: Step = Step.OPENING
    paths: tuple[str, ...] = ()
    met: Mapping[str, str] = field(default_factory=dict)
    agent: ProcessId = field(default_factory=ProcessId)
    resolution: str = ""
    rest: tuple[SpecId, ...] = ()

    @property
    def tree(self) -> Path:
        return Path(self.folder)


def read(engine: Engine) -> MergeState | None:
    data = engine.runs.merge()
    try:
        return _from_json(data) if data else None
    except (KeyError, TypeError, ValueError):
        return None


def keep(engine: Engine, state: MergeState, **changes: Any) -> MergeState:
    """Durable when it returns."""
    now = replace(state, **changes)
    engine.runs.keep_merge(asdict(now))
    return now


def forget(engine: Engine) -> None:
    engine.runs.keep_merge(None)


def told(state: MergeState, why: str = "", details: tuple[str, ...] = ()) -> Refusal:
    """What a person is to do about it."""
    named = ", ".join(state.paths[:5]) + (" …" if len(state.paths) > 5 else "")
    return Refusal(
        why or f"{state.spec}: conflict in {named}",
        f"settle and `git add` the files in {state.folder}, then `chant merge --continue`; "
        "`chant merge --abort` takes it all back",
        details or state.paths,
    )


def elsewhere(state: MergeState, conflict: Conflicted) -> Refusal:
    """One conflict at a time."""
    return Refusal(
        conflict.refusal.message,
        f"first the conflict of {state.spec} in {state.folder}: `chant merge --continue` or "
        "`chant merge --abort`",
        conflict.paths,
    )


def _from_json(data: Mapping[str, Any]) -> MergeState:
    names = {f.name for f in fields(MergeState)}
    known: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in names
    }
    known["wishes"] = Wishes(**data.get("wishes", {}))
    known["agent"] = ProcessId(**data.get("agent", {}))
    known["step"] = Step(data.get("step", Step.WAITING))
    return MergeState(**known)
