"""`diagnose`: why a spec stands as it does, from its file to its branch, and what comes next."""

from collections.abc import Iterator
from pathlib import Path

from chant_ls.analysis.chains import next_step
from chant_ls.analysis.check import check_document
from chant_ls.analysis.readiness import describe, effective_status, readiness
from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.standing import in_doubt
from chant_ls.analysis.summary import merged
from chant_ls.analysis.types import Blocked, Severity
from chant_ls.engine import guards, prompt
from chant_ls.engine.decisions import existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.liveness import busy
from chant_ls.engine.operations.doctor import Check, Report, State, conflict, told
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState
from chant_ls.model.spec import CONTAINERS, FINISHED, SpecId, Status
from chant_ls.model.words import counted

_ENDED_BADLY = frozenset({RunState.FAILED, RunState.NEEDS_ATTENTION})


def diagnose(engine: Engine, id: str) -> tuple[SpecId, Report] | Refusal:
    """Changes nothing. Archived specs can be asked about too."""
    snapshot = engine.load()
    found = guards.find(snapshot, id, Scope.ALL, snapshot.today)
    file = found if isinstance(found, Refusal) else existing(snapshot, found)
    if isinstance(found, Refusal) or isinstance(file, Refusal):
        return found if isinstance(found, Refusal) else Refusal(f"there is no spec {found}")
    record = engine.runs.latest(found)
    checks = (
        *_file(snapshot, file),
        *_status(snapshot, file),
        *(_run(engine, record) if record else (Check("run", State.OK, "it was never worked"),)),
        *(_left(engine, record) if record else ()),
        *conflict(engine, found),
        *_means(engine, snapshot, file),
    )
    return found, Report(checks)


def _file(snapshot: Snapshot, file: SpecFile) -> Iterator[Check]:
    where = f"{file.path}{' (archived)' if file.archived else ''}"
    found = check_document(snapshot, file.path)
    errors = [one for one in found if one.severity is Severity.ERROR]
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        message = f"{where}: {errors[0].message}{more}"
        yield Check("file", State.BAD, message, f"`chant lint {file.facts.id}`")
    else:
        yield Check("file", State.OK, f"{where} can be read and has no errors")


def _status(snapshot: Snapshot, file: SpecFile) -> Iterator[Check]:
    id, criteria = file.facts.id, file.facts.criteria
    status, stored = effective_status(snapshot, id), file.facts.status
    later = " until the merge" if merged(snapshot, id) is False else ""
    derived = stored is Status.PENDING and status in (Status.READY, Status.BLOCKED)
    differs = (
        f", its file says {stored}{later}" if stored and stored != status and not derived else ""
    )
    if in_doubt(snapshot, id):
        hint = f"`chant verify {id}`, or `chant reset {id}` has it worked again"
        yield Check("status", State.BAD, "it was completed and is in doubt", hint)
    else:
        yield Check("status", State.OK, f"{status}{differs}")
    if status is Status.BLOCKED and isinstance(answer := readiness(snapshot, id), Blocked):
        step = next_step(snapshot, id)
        for reason in answer.reasons:
            yield Check("waits", State.NOTE, describe(reason), f"`{step}`" if step else "")
    if criteria.total:
        open_ones = status is Status.COMPLETED and criteria.done < criteria.total
        state = State.NOTE if open_ones else State.OK
        yield Check("criteria", state, f"{criteria.done} of {criteria.total} ticked")


def _run(engine: Engine, record: RunRecord) -> Iterator[Check]:
    id, name = record.spec, f"attempt {record.attempt}, {record.started_at}"
    if at_it := busy(engine, record):
        yield Check("run", State.OK, f"{name}: {at_it.message}", at_it.hint)
    elif record.state in LIVE_STATES:
        yield Check("run", State.BAD, f"{name}: it was interrupted", "`chant recover`")
    elif record.state in _ENDED_BADLY:
        word = record.state.replace("_", " ")
        hint = f"`chant log {id}`, then `chant resume {id}` or `chant reset {id}`"
        yield Check("run", State.BAD, f"{name}: {word}: {record.error}", hint)
    elif record.state is RunState.PAUSED:
        yield Check("run", State.NOTE, f"{name}: paused", f"`chant resume {id}`")
    else:
        yield Check("run", State.OK, f"{name}: {record.state}")
    size = len(engine.runs.read_log(id))
    yield Check("log", State.OK if size else State.NOTE, f"{size} bytes")


def _left(engine: Engine, record: RunRecord) -> Iterator[Check]:
    """Its worktree and branch, where it still has them."""
    git, tree = engine.git, Path(record.worktree)
    if record.worktree and tree.is_dir():
        left = git.leftovers(tree)
        if isinstance(left, GitError):
            yield Check("worktree", State.BAD, f"{tree}: {left}", "`chant cleanup`")
        else:
            words = "clean" if left.clean else "holds changes that are not committed"
            yield Check("worktree", State.OK if left.clean else State.NOTE, f"{tree}: {words}")
    tip = git.commit_of(f"refs/heads/{record.branch}") if record.branch else None
    main = git.commit_of(f"refs/heads/{record.base_branch}")
    if tip is None or main is None:
        return
    ahead = git.commits(main, tip)
    if isinstance(ahead, GitError) or not ahead:
        yield Check("branch", State.OK, f"{record.branch} is in {record.base_branch}")
        return
    done = record.state is RunState.COMPLETED and not list(conflict(engine, record.spec))
    message = f"{record.branch} has {counted(len(ahead), 'commit')} that {record.base_branch} lacks"
    yield Check("branch", State.NOTE, message, f"`chant merge {record.spec}`" if done else "")


def _means(engine: Engine, snapshot: Snapshot, file: SpecFile) -> Iterator[Check]:
    """What a further run would need; nothing of what is finished or has no run of its own."""
    facts = file.facts
    if effective_status(snapshot, facts.id) in FINISHED or facts.type in CONTAINERS:
        return
    name = prompt.choose(engine.config, facts, "", snapshot.prompts)
    yield told("prompt", prompt.check(engine, name), name)
    agent = guards.agent(engine, file.document)
    yield told("agent", agent, f"{getattr(agent, 'name', '')}: its command is there")
