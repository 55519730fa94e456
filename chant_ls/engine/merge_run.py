"""The merge of a run: its record before and after, its branch, its worktree.

Callers hold the lock of the spec; the lock of the repository is taken here.
"""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.merge import Finished, Merged, merge_branch, settled
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.syntax.document import parse

PATIENCE = 30.0
"""Seconds that the repository's lock is waited for."""

_DISPOSABLE = frozenset(
    {
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".venv",
        "venv",
        "node_modules",
        "target",
        "build",
        "dist",
        ".gradle",
        ".next",
    }
)
"""Ignored folders that tools make again by themselves."""

_MOST_KEPT = 200
_LARGEST_KEPT = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MergedRun:
    """`notes` are sentences for the user: what was kept, and where."""

    merged: Merged
    notes: tuple[str, ...] = ()


def merge_run(
    engine: Engine, record: RunRecord, allow_protected: bool = False
) -> MergedRun | Refusal:
    """Merges the branch of a completed run and tidies up; refused, the record is as before."""
    held = engine.runs.lock("repo", PATIENCE)
    if isinstance(held, Refusal):
        return held
    with held:
        engine.runs.write(replace(record, state=RunState.MERGING, step="merge"))
        engine.fault("merge")
        done = _merged(engine, record, allow_protected)
        if isinstance(done, Refusal):
            engine.runs.write(replace(record, state=RunState.COMPLETED))
            return done
        engine.fault("merged")
        _note_merged(engine, record, done)
        return MergedRun(done, tidy(engine, record, done.commit))


def finished(engine: Engine, record: RunRecord) -> Finished:
    """What the record and its snapshot tell of the branch to merge."""
    snapshot = engine.runs.snapshot(record.run)
    facts = parse((snapshot or b"").decode("utf-8", "surrogateescape"), record.spec).facts
    return Finished(
        record.spec,
        record.title or facts.title,
        record.branch,
        record.base_branch,
        engine.git.prefix + record.spec_path if record.tracked else "",
        snapshot,
        facts.target_files,
        facts.private,
    )


def recover_merge(engine: Engine) -> tuple[str, ...]:
    """Puts right what interrupted merges left: moves of a branch first, then run records.

    For runs whose supervisor is gone; the caller holds the repository's lock. Twice is once.
    """
    moved = engine.git.recover_move()
    if isinstance(moved, Refusal):
        return (str(moved),)
    told = [moved] if moved else []
    for record in engine.runs.newest().values():
        if record.state is RunState.MERGING and not engine.processes.alive(record.supervisor):
            told.append(_recovered(engine, record))
    return tuple(told)


def tidy(engine: Engine, record: RunRecord, into: str) -> tuple[str, ...]:
    """Worktree and branch go once their work is in commit `into`; anything else stays, told."""
    kept, notes = _without_worktree(engine, record)
    if kept:
        return notes
    gone = engine.git.delete_branch_if_merged(record.branch, into)
    if gone is True:
        return notes
    why = "it holds commits that were not merged" if gone is False else str(gone)
    return (*notes, f"branch {record.branch} is kept: {why}")


def _merged(engine: Engine, record: RunRecord, allow_protected: bool) -> Merged | Refusal:
    work = finished(engine, record)
    if record.tracked:
        return merge_branch(engine.git, work, allow_protected)
    spec = _local_spec(engine, record, work)
    if isinstance(spec, Refusal):
        return spec
    done = merge_branch(engine.git, work, allow_protected)
    if isinstance(done, Refusal) or spec is None:
        return done
    refusal = engine.specs.replace(record.spec_path, *spec, private=work.private)
    return refusal or done


def _local_spec(
    engine: Engine, record: RunRecord, work: Finished
) -> tuple[bytes | None, bytes] | Refusal | None:
    """Where git ignores `.chant`: the spec's working file and what it shall become."""
    tree = engine.files.at(copy_folder(engine, record))
    result, now = tree.read(record.spec_path), engine.specs.read(record.spec_path)
    if result is None or now is None:
        return None
    told = replace(work, spec_path=record.spec_path)
    settle = settled(engine.git, told, result)(now)
    return settle if isinstance(settle, Refusal) else (now, settle or now)


def _note_merged(engine: Engine, record: RunRecord, done: Merged) -> None:
    ended = record.ended_at or engine.clock.now()
    engine.runs.write(
        replace(record, state=RunState.MERGED, step="", merged=done.commit, ended_at=ended)
    )


def _recovered(engine: Engine, record: RunRecord) -> str:
    tip = engine.git.commit_of(f"refs/heads/{record.branch}")
    target = engine.git.commit_of(f"refs/heads/{record.base_branch}")
    if target and (tip is None or engine.git.is_ancestor(tip, target)):
        done = _merged(engine, record, True) if tip else Merged(target)
        if not isinstance(done, Refusal):
            _note_merged(engine, record, done)
            return "\n".join(
                [f"{record.spec}: its merge was finished", *tidy(engine, record, target)]
            )
    engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
    return f"{record.spec}: completed, its merge had not happened: `chant merge {record.spec}`"


def _without_worktree(engine: Engine, record: RunRecord) -> tuple[bool, tuple[str, ...]]:
    """Whether the worktree had to be kept, and what to tell of it."""
    path = Path(record.worktree)
    registered = engine.git.worktrees()
    if isinstance(registered, GitError):
        return True, (str(registered),)
    mine = next((w for w in registered if w.path == path), None)
    if mine is None or not record.worktree:
        return False, ()
    if not mine.present:
        return False, _forgotten(engine, path)
    left = engine.git.leftovers(path, ignored=True)
    if isinstance(left, GitError) or not left.clean:
        return True, (f"worktree {path} is kept: it holds changes that are not committed",)
    rescued = _rescued(engine, record, left.ignored)
    if isinstance(rescued, Refusal):
        return True, (f"worktree {path} is kept: {rescued.message}",)
    engine.git.unlock_worktree(path)
    error = engine.git.remove_worktree(path)
    return error is not None, (*rescued, *((f"worktree {path} is kept: {error}",) if error else ()))


def _forgotten(engine: Engine, path: Path) -> tuple[str, ...]:
    engine.git.unlock_worktree(path)
    error = engine.git.prune_worktrees()
    return (str(error),) if error else ()


def _rescued(
    engine: Engine, record: RunRecord, ignored: tuple[str, ...]
) -> tuple[str, ...] | Refusal:
    """Ignored files that exist nowhere else are copied to the run's state before they go."""
    tree = engine.files.at(Path(record.worktree))
    keep = engine.files.at(engine.runs.folder / "kept" / record.run)
    root = engine.files.at(engine.git.top)
    own = engine.git.prefix + record.spec_path
    entries = [entry for entry in ignored if not _DISPOSABLE & set(PurePosixPath(entry).parts)]
    paths = [p for entry in entries for p in tree.expand(entry.rstrip("/"), _MOST_KEPT + 1)]
    only_here = [p for p in paths if p != own and tree.read(p) != root.read(p)]
    if len(paths) > _MOST_KEPT:
        return Refusal(f"it holds more than {_MOST_KEPT} ignored files")
    contents = {path: tree.read(path) for path in only_here}
    if sum(len(data or b"") for data in contents.values()) > _LARGEST_KEPT:
        return Refusal(f"its ignored files are large: {', '.join(only_here[:3])}")
    for path, data in contents.items():
        refusal = (
            keep.write(path, data, True) if data is not None else Refusal(f"cannot read {path}")
        )
        if refusal:
            return refusal
    if not contents:
        return ()
    return (
        f"ignored files of the worktree were copied to {keep.base}: {', '.join(only_here[:5])}",
    )
