"""The merge of a run: its record before and after, its branch, its worktree.

Callers hold the lock of the spec; the lock of the repository is taken here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from chant_ls.engine.agents.table import runners
from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Git, GitError
from chant_ls.engine.merge import merge_branch
from chant_ls.engine.merge_terms import Conflicted, Finished, Merged
from chant_ls.engine.own_spec import settled
from chant_ls.engine.ports import REPO, REPO_WAIT, Files
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.syntax.document import parse

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


How = Callable[[Git, Finished], Merged | Conflicted | Refusal]
"""Which commits are merged how."""


def merge_run(
    engine: Engine, record: RunRecord, allow_protected: bool = False, how: How | None = None
) -> MergedRun | Conflicted | Refusal:
    """Merges the branch of a completed run and tidies up; refused, the record is as before."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held, merging(engine, record, "merge"):
        engine.fault("merge")
        done = merged(engine, record, how or _plainly(allow_protected))
        if not isinstance(done, Merged):
            engine.runs.write(replace(record, state=RunState.COMPLETED, step=""))
            return done
        engine.fault("merged")
        note_merged(engine, record, done)
        return MergedRun(done, tidy(engine, record, done.commit))


@contextmanager
def merging(engine: Engine, record: RunRecord, step: str) -> Iterator[None]:
    """The record says that we are at it. A bug in between leaves it to whoever comes next, though
    this process may live on."""
    mine = replace(record, state=RunState.MERGING, step=step, supervisor=engine.processes.me())
    engine.runs.write(mine)
    try:
        yield
    except BaseException:
        if engine.runs.read(mine.run) == mine:
            engine.runs.write(replace(mine, supervisor=ProcessId()))
        raise


def _plainly(allow_protected: bool) -> How:
    return lambda git, work: merge_branch(git, work, allow_protected)


def finished(engine: Engine, record: RunRecord) -> Finished:
    """What the record and its snapshot tell of the branch to merge."""
    snapshot = engine.runs.snapshot(record.run)
    facts = parse((snapshot or b"").decode("utf-8", "surrogateescape"), record.spec).facts
    return Finished(
        record.spec,
        record.run,
        record.title or facts.title,
        record.branch,
        record.base_branch,
        engine.git.prefix + record.spec_path if record.tracked else "",
        snapshot,
        facts.target_files,
        facts.private,
        runners(engine.config, engine.root),
    )


def tidy(engine: Engine, record: RunRecord, into: str) -> tuple[str, ...]:
    """Worktree and branch go once their work is in commit `into`; anything else stays, told."""
    kept, notes = _without_worktree(engine, record)
    notes = (*_elsewhere(engine, record), *notes)
    if kept:
        return notes
    gone = engine.git.delete_branch_if_merged(record.branch, into)
    if gone is True:
        return notes
    why = "it holds commits that were not merged" if gone is False else str(gone)
    return (*notes, f"branch {record.branch} is kept: {why}")


def _elsewhere(engine: Engine, record: RunRecord) -> tuple[str, ...]:
    """That the checkout is on another branch, and so has nothing of it."""
    here, target = engine.git.head().branch, record.base_branch
    if here == target:
        return ()
    where = f"is on {here}: `git merge {target}` brings it there" if here else "has a detached HEAD"
    return (f"it is in {target}; your checkout {where}",)


def merged(engine: Engine, record: RunRecord, how: How) -> Merged | Conflicted | Refusal:
    work = finished(engine, record)
    if record.tracked:
        return how(engine.git, work)
    spec = _local_spec(engine, record, work)
    if isinstance(spec, Refusal):
        return spec
    done = how(engine.git, work)
    if not isinstance(done, Merged) or spec is None:
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


def note_merged(engine: Engine, record: RunRecord, done: Merged) -> None:
    ended = record.ended_at or engine.clock.now()
    engine.runs.write(
        replace(record, state=RunState.MERGED, step="", merged=done.commit, ended_at=ended)
    )


def _without_worktree(engine: Engine, record: RunRecord) -> tuple[bool, tuple[str, ...]]:
    """Whether the worktree had to be kept, and what to tell of it."""
    path = Path(record.worktree)
    registered = engine.git.worktrees()
    if isinstance(registered, GitError):
        return True, (str(registered),)
    mine = next((w for w in registered if w.path.resolve() == path.resolve()), None)
    if mine is None or not record.worktree:
        return False, ()
    if not mine.present:
        problem = engine.git.forget_worktree(path)
        return False, (str(problem),) if problem else ()
    left = engine.git.leftovers(path, ignored=True)
    if isinstance(left, GitError) or not left.clean:
        return True, (f"worktree {path} is kept: it holds changes that are not committed",)
    kept = rescued(engine, record, left.ignored, path)
    if isinstance(kept, Refusal):
        return True, (f"worktree {path} is kept: {kept.message}",)
    engine.git.unlock_worktree(path)
    error = engine.git.remove_worktree(path)
    return error is not None, (*kept, *((f"worktree {path} is kept: {error}",) if error else ()))


def disposable(path: str) -> bool:
    """Whether a tool makes it again by itself."""
    return bool(_DISPOSABLE & set(PurePosixPath(path).parts))


def _files_of(tree: Files, entry: str) -> tuple[str, ...]:
    """Of what git calls ignored: a file, or a folder with a final `/`."""
    return tree.below(entry[:-1], _MOST_KEPT + 1) if entry.endswith("/") else (entry,)


def rescued(
    engine: Engine, record: RunRecord, found: tuple[str, ...], worktree: Path
) -> tuple[str, ...] | Refusal:
    """Files that git does not hold and that exist nowhere else are copied to the run's state
    before their worktree goes."""
    tree = engine.files.at(worktree)
    keep = engine.files.at(engine.runs.folder / "kept" / record.run)
    root = engine.files.at(engine.git.top)
    own = engine.git.prefix + record.spec_path
    entries = [entry for entry in found if not disposable(entry)]
    paths = [path for entry in entries for path in _files_of(tree, entry)]
    if len(paths) > _MOST_KEPT:
        return Refusal(f"it holds more than {_MOST_KEPT} ignored files")
    contents: dict[str, bytes] = {}
    for path in paths:
        data = tree.read(path)
        if data is None:
            return Refusal(f"{path} in it cannot be read")
        if path != own and data != root.read(path):
            contents[path] = data
    only_here = list(contents)
    if sum(map(len, contents.values())) > _LARGEST_KEPT:
        return Refusal(f"its ignored files are large: {', '.join(only_here[:3])}")
    for path, data in contents.items():
        refusal = keep.write(path, data, True)
        if refusal:
            return refusal
    if not contents:
        return ()
    return (
        f"files of {worktree} that git does not hold were copied to {keep.base}: "
        + ", ".join(only_here[:5]),
    )
