"""`split`: an agent divides a spec into members; what it answers is checked before it counts."""

from dataclasses import dataclass

from chant_ls.analysis.actions.research import split_into_research
from chant_ls.analysis.actions.splitting import Part, split_into_members
from chant_ls.analysis.doable import splitting
from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Change, CreateFile
from chant_ls.engine import changing, guards
from chant_ls.engine.agents import table
from chant_ls.engine.commands import WorkPlan, changed, plan_of
from chant_ls.engine.consult import Hear, answered, consultation
from chant_ls.engine.decisions import existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.guards import Approved
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.ports import Stop
from chant_ls.engine.split_answer import read_answer
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

PROMPT = "split"


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """`research`: into research and implement, by a fixed pattern and no agent. `trusted`: the user
    agreed that the agent of this repository's choosing runs (security.md). `told`: the digest of
    the commands that were shown, "" where none were."""

    id: str
    research: bool = False
    model: str = ""
    trusted: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """What would be changed. `parts` are what the agent thought of, none of a research split."""

    id: SpecId
    file: SpecFile
    change: Change
    parts: tuple[Part, ...] = ()

    @property
    def created(self) -> tuple[CreateFile, ...]:
        return tuple(one for one in self.change.files if isinstance(one, CreateFile))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.path.rpartition("/")[2].removesuffix(".md") for one in self.created)


@dataclass(frozen=True, slots=True)
class Written:
    """`commit` is "" where nothing was committed; `note` says why, if that is news."""

    commit: str = ""
    note: str = ""


def rehearsed(engine: Engine, request: SplitRequest) -> WorkPlan | Refusal:
    """The agent that `propose` would run, all guards passed; no command for a research split."""
    file = _fit(engine, engine.load(), request)
    if isinstance(file, Refusal) or request.research:
        return file if isinstance(file, Refusal) else plan_of((file.facts.id,), ())
    approved = _approved(engine, request, file)
    if isinstance(approved, Refusal):
        return approved
    return _plan(engine, approved)


def _plan(engine: Engine, approved: Approved) -> WorkPlan:
    call = table.Call("{prompt}", "{prompt_file}", approved.model)
    argv = table.argv(approved.provider, engine.files, approved.document, call)
    return plan_of((approved.id,), (" ".join(argv),))


def propose(
    engine: Engine,
    request: SplitRequest,
    hear: Hear = lambda _: None,
    stop: Stop | None = None,
) -> Split | Refusal:
    """Asks the agent, in a checkout that is thrown away, once more where its answer breaks the
    rules. Writes nothing. `stop` ends the agent."""
    snapshot = engine.load()
    file = _fit(engine, snapshot, request)
    if isinstance(file, Refusal):
        return file
    id = file.facts.id
    if request.research:
        change = split_into_research(snapshot, id)
        return change if isinstance(change, Refusal) else Split(id, file, change)
    approved = _approved(engine, request, file)
    if isinstance(approved, Refusal):
        return approved
    if request.told and _plan(engine, approved).digest != request.told:
        return changed(id)
    held = engine.runs.lock(id)
    if isinstance(held, Refusal):
        return held
    with held, consultation(engine, approved, PROMPT, hear, stop) as asked:
        parts = asked if isinstance(asked, Refusal) else answered(asked, read_answer)
    if isinstance(parts, Refusal):
        return parts
    change = split_into_members(snapshot, id, parts)
    return change if isinstance(change, Refusal) else Split(id, file, change, parts)


def write(engine: Engine, split: Split) -> Written | Refusal:
    """All of it in one commit, or as files where none can be made; nothing if the spec changed."""
    held = engine.runs.lock(split.id)
    if isinstance(held, Refusal):
        return held
    with held:
        wanted = changing.rewrite(split.file, split.change)
        done = changing.make(
            engine,
            wanted,
            f"chant: split {split.id}",
            (split.id, *split.ids),
            private=split.file.facts.private,
        )
    return done if isinstance(done, Refusal) else Written(done.commit, done.note)


def _fit(engine: Engine, snapshot: Snapshot, request: SplitRequest) -> SpecFile | Refusal:
    worker = guards.role(engine)
    if worker:
        return worker
    id = guards.find(snapshot, request.id, Scope.ACTIVE, snapshot.today)
    if isinstance(id, Refusal):
        return id
    return splitting(snapshot, id) or existing(snapshot, id)


def _approved(engine: Engine, request: SplitRequest, file: SpecFile) -> Approved | Refusal:
    id = file.facts.id
    if not request.trusted:
        return Refusal(
            "nothing of this project may be started before you trust it",
            f"`chant split {id}` in a terminal, or trust it in the editor",
        )
    agent = file.facts.provider or engine.config.provider
    if agent == table.SHELL and agent not in engine.config.providers:
        return Refusal(
            "the provider shell runs a spec's own blocks, it cannot divide one",
            f"`chant split {id} --research` needs no agent, or choose another provider",
        )
    base = guards.machine(engine)
    if isinstance(base, Refusal):
        return base
    wanted = WorkRequest((id,), prompt=PROMPT, model=request.model, trusted=True)
    return guards.runnable(engine, engine.load(), id, wanted, base)
