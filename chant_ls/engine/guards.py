"""Everything that can stand in the way of a run, asked before anything is changed."""

from dataclasses import dataclass

from chant_ls.analysis.chains import next_step
from chant_ls.analysis.readiness import describe, readiness
from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Ambiguous, Blocked, Resolved
from chant_ls.engine import prompt
from chant_ls.engine.agents import table
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_version import outdated
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.liveness import busy
from chant_ls.engine.records import NEWER, RunRecord
from chant_ls.engine.specfile import decode
from chant_ls.model.config import Provider
from chant_ls.model.lifecycle import Event, move, transition
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.config import parse_config
from chant_ls.syntax.nodes import Document

CONFIG = ".chant/config.md"
SHOWN = "`chant list --all` shows all"
LEAST_FREE = 64 << 20
"""Bytes that must be free where worktrees go."""


@dataclass(frozen=True, slots=True)
class Base:
    """What worktrees are cut from: a branch and its commit at this moment."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A spec that may be worked now, and all that was decided about how."""

    id: SpecId
    file: SpecFile
    document: Document
    data: bytes
    provider: Provider
    prompt: str
    model: str
    tracked: bool
    ignored: bool
    base: Base


def find(snapshot: Snapshot, text: str, scope: Scope, today: str | None = None) -> SpecId | Refusal:
    """An id as a person typed it."""
    found = resolve(snapshot, text, scope, today)
    if isinstance(found, Resolved):
        return found.id
    if isinstance(found, Ambiguous):
        return Refusal(f"{text!r} names several specs", "give more of the id", found.candidates)
    known = f"did you mean {', '.join(found.nearest)}?" if found.nearest else ""
    near = known or f"{SHOWN}, `chant search` finds words"
    return Refusal(f"there is no spec {text!r}", near)


def machine(engine: Engine) -> Base | Refusal:
    """What holds for every run in this repository."""
    first = role(engine) or _windows() or engine.runs.writable() or _configured(engine)
    return first or repository(engine) or space(engine) or main(engine)


def approve(
    engine: Engine, snapshot: Snapshot, id: SpecId, request: WorkRequest, base: Base
) -> Approved | Refusal:
    """What holds for this spec, its dependencies among it."""
    record = engine.runs.latest(id)
    return (
        busy(engine, record)
        or _newer(record)
        or _unreadable(snapshot, id)
        or _startable(snapshot, id, request)
        or _unblocked(snapshot, id)
        or runnable(engine, snapshot, id, request, base)
    )


def runnable(
    engine: Engine, snapshot: Snapshot, id: SpecId, request: WorkRequest, base: Base
) -> Approved | Refusal:
    """Text, prompt and agent, whatever the spec waits for."""
    file = snapshot.find(id)
    data = engine.specs.read(file.path) if file else None
    if file is None or data is None:
        return Refusal(f"{id}: its file cannot be read", SHOWN)
    document = file.document
    told = _parses(document, file) or _lint(snapshot, file)
    if told:
        return told
    chosen = agent(engine, document)
    if isinstance(chosen, Refusal):
        return chosen
    name = prompt.choose(engine.config, file.facts, request.prompt, snapshot.prompts)
    bad = prompt.check(engine, name)
    if bad:
        return bad
    model = _model(engine, request, document, chosen)
    ignored = bool(engine.git.ignored([engine.git.prefix + file.path]))
    tracked = not (ignored or file.facts.private)
    return Approved(id, file, document, data, chosen, name, model, tracked, ignored, base)


def role(engine: Engine) -> Refusal | None:
    """The worker of a run does its own spec and nothing else."""
    if engine.env.get("CHANT_ROLE") != "worker":
        return None
    return Refusal(
        "you are the worker of a run: it starts, stops and merges nothing",
        "do the work of your own spec",
    )


def _windows() -> Refusal | None:
    import sys

    if sys.platform != "win32":
        return None
    return Refusal("agents run on Linux and macOS only", "use WSL: reading and editing work here")


def repository(engine: Engine) -> Refusal | None:
    git = engine.git
    unfit = outdated(git)
    if unfit:
        return unfit
    if git.is_bare():
        return Refusal("the repository is bare: it has no checkout", "clone it and work there")
    under_way = git.under_way()
    if under_way:
        return Refusal(
            f"a {under_way} is under way in {git.top}", f"finish or abort the {under_way} first"
        )
    who = git.identity()
    return who if isinstance(who, Refusal) else None


def _configured(engine: Engine) -> Refusal | None:
    """A configuration that cannot be read counts as empty: nothing is worked by such a one."""
    data = engine.files.read(CONFIG)
    document = parse_config(decode(data or b""))
    if data is None or not document.problems:
        return None
    problem = document.problems[0]
    line = document.text.count("\n", 0, problem.span.start) + 1
    return Refusal(f"{CONFIG}:{line}: {problem.message}", "`chant lint` shows more")


def space(engine: Engine) -> Refusal | None:
    free = engine.processes.free_bytes(engine.worktrees)
    if free < LEAST_FREE:
        return Refusal(
            f"only {free >> 20} MB are free at {engine.worktrees}",
            "make room there, or set `worktrees: {dir: …}` in .chant/config.md",
        )
    return None


def main(engine: Engine) -> Base | Refusal:
    branch = engine.git.main_branch(engine.config.main_branch, engine.config.branch_prefix)
    if isinstance(branch, Refusal):
        return branch
    commit = engine.git.commit_of(f"refs/heads/{branch}")
    if commit is None:
        return Refusal(f"the branch {branch} has no commit yet", "make a first commit")
    return Base(branch, commit)


def _newer(record: RunRecord | None) -> Refusal | None:
    """Nobody here knows what is going on in it, so nothing starts over it, asked for or not."""
    if record is None or (record.state, record.error) != (RunState.NEEDS_ATTENTION, NEWER):
        return None
    return Refusal(f"{record.spec} needs_attention: {NEWER}", f"or `chant reset {record.spec}`")


def _unreadable(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    """Its status is unknown: the text is to be mended, there is nothing to reset."""
    file = snapshot.find(id)
    if file is None or file.facts.status is not None:
        return None
    return _parses(file.document, file) or _lint(snapshot, file)


def _startable(snapshot: Snapshot, id: SpecId, request: WorkRequest) -> Refusal | None:
    status = snapshot.status(id)
    if status is None:
        return Refusal(f"there is no spec {id}", SHOWN)
    goes_on = not isinstance(transition(status, Event.RESUME), Refusal)
    event = Event.RESUME if request.resume or (request.fresh and goes_on) else Event.WORK
    result = move(id, status, event)
    return result if isinstance(result, Refusal) else None


def _unblocked(snapshot: Snapshot, id: SpecId) -> Refusal | None:
    verdict = readiness(snapshot, id)
    if not isinstance(verdict, Blocked):
        return None
    facts, step = snapshot.facts(id), next_step(snapshot, id)
    hint = f"`{step}` comes first" if step else f"`chant show {id}` tells more"
    if facts and facts.approval.required and facts.approval.status == "rejected":
        return Refusal(f"{id} was rejected by {facts.approval.by or 'someone'}", hint)
    reasons = tuple(describe(reason) for reason in verdict.reasons)
    return Refusal(f"{id} is blocked: {reasons[0]}", hint, reasons[1:])


def _parses(document: Document, file: SpecFile) -> Refusal | None:
    if document.problems:
        problem = document.problems[0]
        line = document.text.count("\n", 0, problem.span.start) + 1
        return Refusal(
            f"{file.path}:{line}: {problem.message}", f"`chant lint {file.facts.id}` shows more"
        )
    if not file.facts.title:
        return Refusal(f"{file.path} has no title", "write a first heading: `# What to do`")
    return None


def _lint(snapshot: Snapshot, file: SpecFile) -> Refusal | None:
    from chant_ls.analysis.check import check_document
    from chant_ls.analysis.types import Severity

    found = [d for d in check_document(snapshot, file.path) if d.severity is Severity.ERROR]
    if not found:
        return None
    words = tuple(f"{d.code}: {d.message}" for d in found)
    count = f"{len(found)} errors" if len(found) > 1 else "an error"
    return Refusal(
        f"{file.facts.id} has {count}: {words[0]}",
        f"`chant lint {file.facts.id}` shows them",
        words[1:],
    )


def agent(engine: Engine, document: Document) -> Provider | Refusal:
    """The agent of a spec, by its own wish or the configuration's; it can be started."""
    name = document.facts.provider or engine.config.provider
    chosen = table.provider(engine.config, name)
    if isinstance(chosen, Refusal):
        return chosen
    if chosen.output == "acp":
        return Refusal(f"provider {name}: agents over ACP cannot be run yet", "use output: text")
    if chosen.name == table.SHELL and not chosen.command and not table.shell_blocks(document):
        return Refusal(
            f"{document.facts.id} has no `sh` block to run",
            "write one: a line ```` ```sh ````, commands, a line ```` ``` ````",
        )
    return program(engine, chosen) or chosen


def program(engine: Engine, provider: Provider) -> Refusal | None:
    """Whether the provider's command can be started."""
    wanted, name = table.program(provider, engine.files), provider.name
    if engine.processes.which(wanted, engine.env.get("PATH", "")) is not None:
        return None
    return Refusal(
        f"provider {name}: the command {wanted!r} is not on PATH or cannot be executed",
        f"install it, or correct `providers.{name}.command` in .chant/config.md",
    )


def _model(engine: Engine, request: WorkRequest, document: Document, chosen: Provider) -> str:
    env = engine.env
    asked = request.model or env.get("CHANT_MODEL", "") or document.facts.model
    return asked or engine.config.model or env.get("ANTHROPIC_MODEL", "") or chosen.model
