"""The steps of a run before its agent starts. Each has its undo: a run that never began leaves no
trace but its record."""

from dataclasses import replace
from pathlib import Path

from chant_ls.engine import leavings, prompt
from chant_ls.engine.events import Note, Started
from chant_ls.engine.git_port import GitError
from chant_ls.engine.live import Live, Verdict, refused
from chant_ls.engine.own_spec import merged_spec
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.spec_merge import Conflict
from chant_ls.model.refusal import Refusal


def announce(run: Live) -> Verdict | None:
    record = run.record
    run.stash = run.engine.git.stash()
    run.emit(Started(record.worktree, record.branch, record.provider))
    run.engine.runs.write_log(record.spec, _header(run))
    here = run.engine.git.head().branch
    if here != record.base_branch:
        where = f"is on {here}" if here else "has a detached HEAD"
        run.emit(Note(f"cut from {record.base_branch}, where it is merged; your checkout {where}"))
    return None


def earlier(run: Live) -> Verdict | None:
    """A worktree or branch of an earlier attempt: go on in it, put it aside, or refuse."""
    left = leavings.look(run.engine, run.record.branch, run.record.base_sha)
    if isinstance(left, GitError):
        return refused(left, "the worktrees could not be listed")
    if left.nothing:
        return None
    if leavings.foreign(run.engine, run.record.spec, left):
        return refused(
            Refusal(
                f"{run.record.spec}: its branch {left.branch} is checked out in {left.worktree}, "
                "which is no worktree of this spec",
                "leave that branch there, or set another `branch_prefix` below `defaults:` in "
                ".chant/config.md",
            )
        )
    if run.request.resume:
        return _go_on(run, left)
    if left.work and not run.request.fresh:
        id = run.record.spec
        return refused(
            Refusal(
                f"{id}: the branch {left.branch} holds work of an earlier attempt",
                f"`chant resume {id}` goes on with it, `chant reset {id}` puts it aside",
            )
        )
    return _put_aside(run, left)


def _go_on(run: Live, left: leavings.Leavings) -> Verdict | None:
    worktree = left.worktree or run.worktree
    run.keep(worktree=str(worktree), created=False)
    if left.worktree is not None:
        return None
    held = run.engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return refused(held)
    with held:
        error = run.engine.git.attach_worktree(worktree, left.branch)
    return refused(error, "the worktree could not be made") if error else None


def _put_aside(run: Live, left: leavings.Leavings) -> Verdict | None:
    held = run.engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return refused(held)
    with held:
        if not left.work and _tidied(run, left):
            return None
        attempt = run.record.attempt - 1
        kept = leavings.put_aside(run.engine, run.record.spec, left, attempt, run.private)
    if isinstance(kept, Refusal):
        return refused(kept)
    run.emit(Note(f"the earlier attempt is kept on the branch {kept}"))
    return None


def _tidied(run: Live, left: leavings.Leavings) -> bool:
    """Whether branch and worktree of an attempt without work are gone."""
    if left.worktree:
        leavings.tidy_worktree(run.engine, left.worktree)
    run.engine.git.forget_worktree(run.worktree)
    return run.engine.git.delete_branch_if_merged(left.branch, run.record.base_sha) is True


def add_worktree(run: Live) -> Verdict | None:
    if not run.record.created:
        return None
    record = run.record
    run.keep(worktree=str(_free_folder(Path(record.worktree), record.attempt)))
    held = run.engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return refused(held)
    with held:
        error = run.engine.git.add_worktree(run.worktree, record.branch, record.base_sha)
    return _no_worktree(run, error) if error else None


def _no_worktree(run: Live, error: GitError) -> Verdict:
    """Git says that it cannot write, not why: room is the most likely reason."""
    where, free = run.worktree.parent, run.engine.processes.free_bytes(run.worktree.parent)
    hint = (
        f"{free >> 20} MB are free at {where}: make room or get the right to write there, "
        "or set `worktrees: {dir: …}` in .chant/config.md"
    )
    return refused(replace(error.refusal("the worktree could not be made"), hint=hint))


def _free_folder(wanted: Path, attempt: int) -> Path:
    """Another folder when the first still holds files of an attempt that was put aside."""
    return wanted if not wanted.exists() else wanted.with_name(f"{wanted.name}-r{attempt}")


def remove_worktree(run: Live) -> None:
    """What must stay, somebody holding the lock for instance, is told."""
    if run.record.created:
        kept = leavings.unused(run.engine, run.record)
        if kept:
            run.emit(Note(kept.message))


def copy_spec(run: Live) -> Verdict | None:
    """The spec as the user saw it when Work was pressed. In a worktree that is gone on with, the
    agent's own boxes and words stay, and what the user changed since comes to them."""
    text = _with_copy(run) if run.request.resume and not run.record.created else run.approved.data
    if isinstance(text, Conflict):
        return refused(
            Refusal(
                f"{run.record.spec}: your edits since the last attempt conflict with its copy in "
                f"the worktree: {text}",
                f"make {run.copy} and {run.record.spec_path} agree there, then resume again",
            )
        )
    problem = run.copies.write(run.record.spec_path, text, run.private)
    return refused(problem) if problem else None


def _with_copy(run: Live) -> bytes | Conflict:
    copy, base = run.copies.read(run.record.spec_path), _last_worked(run)
    if copy is None:
        return run.approved.data
    return copy if base is None else merged_spec(run.engine.git, base, run.approved.data, copy)


def _last_worked(run: Live) -> bytes | None:
    """The spec as the newest earlier attempt got it whose agent ran: a later one may not have
    come as far as its copy."""
    earlier = run.engine.runs.runs_of(run.record.spec)
    ran = [r.run for r in earlier if r.agent and r.attempt < run.record.attempt]
    return run.engine.runs.snapshot(ran[-1]) if ran else None


def write_prompt(run: Live) -> Verdict | None:
    made = prompt.assemble(
        run.engine, run.snapshot, run.record, run.document(), run.approved.prompt
    )
    if isinstance(made, Refusal):
        return refused(made)
    run.prompt = made.text
    run.engine.runs.keep_prompt(run.record.run, made.text)
    for label in made.missing:
        run.emit(Note(f"informed_by: {label} does not exist"))
    return None


def drop_prompt(run: Live) -> None:
    run.engine.runs.drop_prompt(run.record.run)


def _header(run: Live) -> str:
    record, line = run.record, "=" * 80
    told = (
        f"{line}\n# {record.spec}: run {record.attempt}, {record.started_at}\n"
        f"# agent {record.provider}{f', model {record.model}' if record.model else ''}, "
        f"prompt {run.approved.prompt}\n"
        f"# worktree {record.worktree}\n# branch {record.branch}, "
        f"cut from {record.base_branch} at {record.base_sha[:12]}\n{line}\n"
    )
    return told if record.attempt == 1 else f"\n{told}"
