"""`verify`: whether the criteria of a completed spec hold at the tip of main, asked again.

A criterion that carries a check is decided by that check; an agent is asked about the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from chant_ls.analysis.markdown import clean
from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.standing import in_doubt, is_unmerged
from chant_ls.engine import guards
from chant_ls.engine.agent import surroundings
from chant_ls.engine.agents import table
from chant_ls.engine.checks import ran
from chant_ls.engine.consult import Consultation, Hear, answered, consultation
from chant_ls.engine.decisions import decide, existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import CheckRan
from chant_ls.engine.guards import Approved
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.liveness import busy
from chant_ls.engine.verify_answer import Verdict, reader
from chant_ls.model.config import Provider
from chant_ls.model.lifecycle import Event, transition
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax import edits
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Criterion
from chant_ls.syntax.text import apply

PROMPT = "verify"


class Outcome(StrEnum):
    """As the field `verification_status` has it."""

    PASSED = "passed"
    FAILED = "failed"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """`trusted`: the user agreed that commands of this repository's choosing run (security.md)."""

    id: str
    prompt: str = ""
    model: str = ""
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion, and what was found by its `check`, or by an agent where that is ""."""

    text: str
    verdict: Verdict
    evidence: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """`status` is that of the spec from now on; `commit` is the tip of main that was looked at."""

    id: SpecId
    outcome: Outcome
    status: Status
    commit: str
    criteria: tuple[Judged, ...]
    notes: tuple[str, ...] = ()


def verifiable(engine: Engine, labels: tuple[str, ...] = ()) -> tuple[SpecId, ...]:
    """Completed and merged specs that have criteria, with any of these labels if there are some."""
    snapshot = engine.load()
    return tuple(
        id
        for id in snapshot.graph.active.ordered
        if not _unfit(snapshot, id)
        and (not labels or not set(labels).isdisjoint(_file(snapshot, id).facts.labels))
    )


def rehearsed(engine: Engine, request: VerifyRequest) -> tuple[str, ...] | Refusal:
    """The commands that `verify` would run, all guards passed."""
    approved = _approved(engine, request)
    if isinstance(approved, Refusal):
        return approved
    checks = tuple(f"check: {c.check}" for c in approved.document.body.criteria if c.check)
    if not _asks(approved):
        return checks
    call = table.Call("{prompt}", "{prompt_file}", approved.model)
    argv = table.argv(approved.provider, engine.files, approved.document, call)
    return (*checks, " ".join(argv))


def verify(
    engine: Engine, request: VerifyRequest, hear: Hear = lambda _: None
) -> Verified | Refusal:
    """What is found is written into the spec and committed: a failed one needs attention, one that
    needed it and passed is completed again. The checkout is thrown away."""
    approved = _approved(engine, request)
    if isinstance(approved, Refusal):
        return approved
    held = engine.runs.lock(approved.id)
    if isinstance(held, Refusal):
        return held
    with held:
        with consultation(engine, approved, PROMPT, hear) as asked:
            found = asked if isinstance(asked, Refusal) else _judged(engine, asked)
        return found if isinstance(found, Refusal) else _written(engine, approved, found)


def _approved(engine: Engine, request: VerifyRequest) -> Approved | Refusal:
    snapshot = engine.load()
    id = guards.find(snapshot, request.id, Scope.ACTIVE, snapshot.today)
    if isinstance(id, Refusal):
        return id
    if not request.trusted:
        return Refusal(
            "nothing of this project may be started before you trust it",
            f"`chant verify {id}` in a terminal",
        )
    base = guards.machine(engine)
    if isinstance(base, Refusal):
        return base
    refusal = _unfit(snapshot, id) or busy(engine, engine.runs.latest(id))
    if refusal:
        return refusal
    file = _file(snapshot, id)
    if all(criterion.check for criterion in file.document.body.criteria):
        return _unasked(engine, file, base)
    if (file.facts.provider or engine.config.provider) == table.SHELL:
        return Refusal(
            f"{id}: the provider shell cannot judge a criterion that carries no check",
            "end each with one, like `$ pytest -q` in backticks, or choose another provider",
        )
    wanted = WorkRequest((id,), prompt=request.prompt or PROMPT, model=request.model)
    return guards.runnable(engine, snapshot, id, wanted, base)


def _unasked(engine: Engine, file: SpecFile, base: guards.Base) -> Approved | Refusal:
    """Its checks decide it all: no agent is needed, none must be there."""
    data = engine.specs.read(file.path)
    if data is None:
        return Refusal(f"{file.path} cannot be read", "`chant list --all` shows all specs")
    id, document = file.facts.id, file.document
    return Approved(id, file, document, data, Provider(""), "", "", True, False, base)


def _unfit(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Only what is merged can be looked at in main."""
    file = snapshot.find(id)
    if file is None:
        return Refusal(f"there is no spec {id}", "`chant list --all` shows all")
    if is_unmerged(snapshot, id):
        return Refusal(f"{id} is not merged yet", f"`chant merge {id}` merges it")
    if snapshot.status(id) is not Status.COMPLETED and not in_doubt(snapshot, id):
        return Refusal(f"{id} is not completed", f"`chant show {id}` tells how it stands")
    if not file.document.body.criteria:
        return Refusal(f"{id} has no criteria", f"`chant edit {id}`: write some")
    return None


def _file(snapshot: Snapshot, id: SpecId) -> SpecFile:
    file = snapshot.find(id)
    assert file is not None, "an id that was found"
    return file


def _asks(approved: Approved) -> bool:
    return bool(approved.provider.name)


def _judged(engine: Engine, asked: Consultation) -> tuple[Judged, ...] | Refusal:
    """Checks first: what the agent leaves in the checkout is no matter to them."""
    criteria = asked.approved.document.body.criteria
    checked = {n: _checked(engine, asked, c) for n, c in enumerate(criteria) if c.check}
    if not _asks(asked.approved):
        return tuple(checked.values())
    found = answered(asked, reader(len(criteria)))
    if isinstance(found, Refusal):
        return found
    return tuple(
        checked.get(n) or Judged(criterion.text, told.verdict, told.evidence)
        for n, (criterion, told) in enumerate(zip(criteria, found, strict=True))
    )


def _checked(engine: Engine, asked: Consultation, criterion: Criterion) -> Judged:
    folder = Path(asked.record.worktree) / engine.git.prefix
    env = surroundings(engine, asked.record, asked.copy)
    passed, tail = ran(engine, criterion.check, folder, env, asked.stop)
    said = "\n".join(tail)
    asked.hear(CheckRan(criterion.check, passed, criterion.text, "" if passed else said))
    if passed:
        return Judged(criterion.text, Verdict.PASS, "its check passes", criterion.check)
    last = next((line.strip() for line in reversed(tail) if line.strip()), "")
    why = f"its check fails: {last}" if last else "its check fails"
    return Judged(criterion.text, Verdict.FAIL, why, criterion.check)


def _written(engine: Engine, approved: Approved, found: tuple[Judged, ...]) -> Verified | Refusal:
    snapshot, id = engine.load(), approved.id
    file, verdicts = existing(snapshot, id), {one.verdict for one in found}
    if isinstance(file, Refusal):
        return file
    outcome = Outcome.PASSED if verdicts == {Verdict.PASS} else Outcome.PARTIAL
    outcome = Outcome.FAILED if Verdict.FAIL in verdicts else outcome
    status = _moved(snapshot.status(id) or Status.COMPLETED, outcome)
    failures = tuple(
        clean(f"{one.text} — {one.evidence}") for one in found if one.verdict is Verdict.FAIL
    )
    fields = {
        "status": status.value,
        "last_verified": engine.clock.now(),
        "verification_status": outcome.value,
        "verification_failures": failures or None,
    }
    done = decide(engine, file, PROMPT, partial(_with, id=id, fields=fields))
    if isinstance(done, Refusal):
        return done
    if outcome is Outcome.PASSED and (record := engine.runs.latest(id)):
        engine.runs.write(replace(record, verified=approved.base.commit))
    return Verified(id, outcome, status, approved.base.commit, found, done.notes)


def _moved(status: Status, outcome: Outcome) -> Status:
    """A criterion that nobody could decide moves nothing."""
    event = {Outcome.PASSED: Event.COMPLETE, Outcome.FAILED: Event.DRIFT}.get(outcome)
    moved = transition(status, event) if event else status
    return moved if isinstance(moved, Status) else status


def _with(text: str, id: SpecId, fields: Mapping[str, str | tuple[str, ...] | None]) -> str:
    return apply(text, edits.change(parse(text, id), fields))
