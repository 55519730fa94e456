"""`recover`: after a crash, tell the truth and tidy up. Twice is once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from chant_ls.engine import leavings
from chant_ls.engine.agent import run_mark
from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Note, Tell, quiet
from chant_ls.engine.git_port import GitError
from chant_ls.engine.interrupted_merge import interrupted_merge, recover_merge
from chant_ls.engine.landed import landed, note_landed
from chant_ls.engine.merge_plan import unfit
from chant_ls.engine.merge_run import merge_run
from chant_ls.engine.merge_terms import Conflicted
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES, RunState

_WORKED = LIVE_STATES - {RunState.MERGING}
"""What of a run that was killed is judged here; merges are `interrupted_merge`'s."""


@dataclass(frozen=True, slots=True)
class RecoverRequest:
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Recovered:
    """One line per action taken (or that would be)."""

    actions: tuple[str, ...] = ()


def recover(
    engine: Engine, request: RecoverRequest, wait: float = REPO_WAIT
) -> Recovered | Refusal:
    """Only runs whose supervisor is gone and whose lock is free; runs that go on are left alone.
    Work that others merged is noted as merged. `wait`: seconds for the repository's lock."""
    broken = interrupted(engine)
    if request.dry_run:
        brought = (f"{r.spec}: its work is in {r.base_branch} already" for r in landed(engine))
        told = (f"{r.spec}: was interrupted at {r.step or 'its end'}" for r in broken)
        return Recovered((*interrupted_merge(engine), *brought, *told))
    actions = _merges(engine, wait, note_landed)
    if isinstance(actions, Refusal):
        return actions
    swept = (f"{path}: removed, its writer was killed" for path in engine.specs.sweep())
    actions = (*actions, *swept)
    for record in broken:
        actions = (*actions, *_one(engine, record))
    return Recovered(actions)


def interrupted(engine: Engine) -> tuple[RunRecord, ...]:
    """Newest runs that ended without their supervisor saying so."""
    records = engine.runs.newest().values()
    dead = (r for r in records if r.state in LIVE_STATES or _merge_was_wished(r))
    return tuple(r for r in dead if not engine.processes.alive(r.supervisor))


def put_right(engine: Engine, tell: Tell = quiet) -> Refusal | None:
    """What interrupted merges left, before another one begins; what was done is told."""
    done = _merges(engine, REPO_WAIT)
    if isinstance(done, Refusal):
        return done
    for line in done:
        tell(Note(line))
    return None


def _merge_was_wished(record: RunRecord) -> bool:
    return record.state is RunState.COMPLETED and record.wants_merge


def _merges(
    engine: Engine, wait: float, then: Callable[[Engine], tuple[str, ...]] = lambda engine: ()
) -> tuple[str, ...] | Refusal:
    if engine.runs.writable():
        return ()
    held = engine.runs.lock(REPO, wait)
    if isinstance(held, Refusal):
        return held
    with held:
        return (*recover_merge(engine), *then(engine))


def _one(engine: Engine, record: RunRecord) -> tuple[str, ...]:
    held = engine.runs.lock(record.spec)
    if isinstance(held, Refusal):
        return ()
    with held:
        now = engine.runs.read(record.run)
        if now is None or not (now.state in _WORKED or _merge_was_wished(now)):
            return ()
        ended = engine.processes.end_tree(now.agent, run_mark(engine.runs.folder, now.run))
        engine.runs.drop_prompt(now.run)
        told = (f"{now.spec}: {ended} process(es) of its agent ended",) if ended else ()
        return (*told, _judged(engine, now))


def _judged(engine: Engine, record: RunRecord) -> str:
    done = _completion(engine, record)
    if done:
        return _completed(engine, record, done)
    if not _worked(engine, record):
        return _nothing_done(engine, record)
    _close(engine, record, RunState.NEEDS_ATTENTION, "its supervisor was killed")
    return (
        f"{record.spec}: needs attention, its work is in {record.worktree}: "
        f"`chant resume {record.spec}` goes on"
    )


def _completed(engine: Engine, record: RunRecord, commit: str) -> str:
    whole = replace(record, completion=commit, wants_merge=False)
    _close(engine, whole, RunState.COMPLETED, "")
    if not record.wants_merge:
        return f"{record.spec}: completed, `chant merge {record.spec}` merges it"
    fresh = engine.runs.read(record.run) or whole
    merged = unfit(engine.load(), record.spec) or merge_run(engine, fresh)
    if isinstance(merged, Conflicted):
        merged = merged.refusal
    if isinstance(merged, Refusal):
        return f"{record.spec}: completed, not merged: {merged.message}"
    return f"{record.spec}: completed and merged"


def _nothing_done(engine: Engine, record: RunRecord) -> str:
    if record.created and record.branch:
        refusal = leavings.unused(engine, record)
        if refusal:
            _close(engine, record, RunState.NEEDS_ATTENTION, refusal.message)
            return f"{record.spec}: needs attention: {refusal.message}"
    _close(engine, record, record.previous, "interrupted before anything was done")
    return f"{record.spec}: nothing was done, it is as before"


def _close(engine: Engine, record: RunRecord, state: RunState, error: str) -> None:
    now = record.ended_at or engine.clock.now()
    engine.runs.write(replace(record, state=state, step="", error=error, ended_at=now))


def _completion(engine: Engine, record: RunRecord) -> str:
    """The commit that completed the spec on its branch, "" when there is none yet. Before its run
    came to that step, whoever made such a commit was not us."""
    if not record.completed_at:
        return ""
    commits = engine.git.commits(record.base_sha, f"refs/heads/{record.branch}")
    if isinstance(commits, GitError) or not commits:
        return ""
    last = commits[-1]
    return last.sha if last.trailers.get("Chant-Op") == "complete" else ""


def _worked(engine: Engine, record: RunRecord) -> bool:
    """Whether branch or worktree hold anything that this run did not put there itself."""
    if not record.created:
        return bool(record.agent)
    tip = engine.git.commit_of(f"refs/heads/{record.branch}")
    if tip not in (None, record.base_sha):
        return True
    tree = Path(record.worktree)
    if not tree.is_dir():
        return False
    left = engine.git.leftovers(tree, ignored=True)
    if isinstance(left, GitError):
        return True
    own = engine.git.prefix + record.spec_path
    touched = {*left.changed, *left.untracked, *left.ignored}
    if any(path != own and not own.startswith(path) for path in touched):
        return True
    copy = engine.files.at(copy_folder(engine, record)).read(record.spec_path)
    return bool(record.agent) and copy != engine.runs.snapshot(record.run)
