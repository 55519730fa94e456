"""`reset`: back to pending. Work that is not merged moves to an attempt branch; none is lost."""

from dataclasses import dataclass, replace
from pathlib import Path

from chant_ls.analysis.snapshot import SpecFile
from chant_ls.engine import leavings, merge_state, specfile
from chant_ls.engine.agent import run_mark
from chant_ls.engine.decisions import decide, existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.liveness import busy
from chant_ls.engine.meant import meant
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.model.lifecycle import Event, move
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState
from chant_ls.model.spec import Status
from chant_ls.syntax.document import parse
from chant_ls.syntax.edits import remove_field
from chant_ls.syntax.text import apply


@dataclass(frozen=True, slots=True)
class ResetRequest:
    """`confirmed` is whether the user agreed although there is unmerged work."""

    id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class WasReset:
    """`kept` is the branch that now holds the earlier attempt's work, "" when there was none."""

    id: str
    kept: str = ""
    notes: tuple[str, ...] = ()


def reset(engine: Engine, request: ResetRequest) -> WasReset | Refusal:
    this = meant(engine, request.id)
    if isinstance(this, Refusal):
        return this
    snapshot, id = this
    file = existing(snapshot, id)
    if isinstance(file, Refusal):
        return file
    moved = move(id, snapshot.status(id) or Status.PENDING, Event.RESET)
    if isinstance(moved, Refusal):
        return moved
    refusal = busy(engine, engine.runs.latest(id))
    return refusal or _under_lock(engine, file, request)


def _under_lock(engine: Engine, file: SpecFile, request: ResetRequest) -> WasReset | Refusal:
    id = file.facts.id
    held = engine.runs.lock(id)
    if isinstance(held, Refusal):
        return held
    with held:
        waits = merge_state.read(engine)
        if waits and waits.spec == id:
            why = f"{id}: its merge waits at a conflict in {waits.folder}"
            return Refusal(why, "`chant merge --continue`, or `chant merge --abort` first")
        record = engine.runs.latest(id)
        kept = _put_aside(engine, record, request, file.facts.private) if record else ""
        if isinstance(kept, Refusal):
            return kept
        if record:
            engine.runs.write(replace(record, state=RunState.RESET, wants_merge=False))
        done = decide(engine, file, "reset", lambda text: _pending(text, file))
        return done if isinstance(done, Refusal) else WasReset(id, kept, done.notes)


def _put_aside(
    engine: Engine, record: RunRecord, request: ResetRequest, private: bool
) -> str | Refusal:
    if not record.branch:
        return ""
    main = engine.git.commit_of(record.base_branch) or record.base_sha
    left = leavings.look(engine, record.branch, main)
    if isinstance(left, GitError):
        return left.refusal("the worktrees could not be listed")
    if left.work and not request.confirmed and not _own_text(engine, record, left, main):
        return Refusal(
            f"{record.spec}: the branch {left.branch} holds work that is not merged",
            f"`chant reset {record.spec} -y` keeps it on another branch, "
            f"`chant resume {record.spec}` goes on with it",
            question=f"{record.spec} has work that is not merged. Start over?",
        )
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        return _taken_away(engine, record, main, private)


def _own_text(engine: Engine, record: RunRecord, left: leavings.Leavings, main: str) -> bool:
    """Whether all that is there is the spec as the user wrote it: nothing was worked yet."""
    git, own = engine.git, engine.git.prefix + record.spec_path
    base = git.merge_base(main, left.branch) if left.tip else ""
    changes = git.changes(base, left.branch) if base else ()
    loose = git.leftovers(left.worktree) if left.worktree else None
    if isinstance(changes, GitError) or isinstance(loose, GitError) or left.worktree is None:
        return False
    paths = {change.path for change in changes}
    paths |= {*loose.changed, *loose.untracked} if loose else set()
    copy = engine.files.at(left.worktree / git.prefix).read(record.spec_path)
    return paths == {own} and copy == engine.runs.snapshot(record.run)


def _taken_away(engine: Engine, record: RunRecord, main: str, private: bool) -> str | Refusal:
    """Looked at once more: an agent that outlived its supervisor may have gone on until now."""
    if record.state in LIVE_STATES:
        engine.processes.end_tree(record.agent, run_mark(engine.runs.folder, record.run))
    if record.worktree:
        engine.git.free_worktree(Path(record.worktree))
    left = leavings.look(engine, record.branch, main)
    if isinstance(left, GitError):
        return left.refusal("the worktrees could not be listed")
    if left.nothing:
        return ""
    if not left.work and leavings.removed(engine, replace(record, base_sha=main)) is None:
        return ""
    # also where ignored files keep a worktree that holds no work
    return leavings.put_aside(engine, record.spec, left, record.attempt, private)


def _pending(text: str, file: SpecFile) -> str:
    """Without what a completion wrote; a file that says pending already stays as it is."""
    document = parse(text, file.facts.id)
    if document.facts.status is Status.PENDING:
        return text
    for name in ("completed_at", "commits", "branch", "criteria_waived"):
        text = apply(text, remove_field(parse(text, file.facts.id), name))
    return specfile.with_fields(text, file.facts.id, {"status": "pending"})
