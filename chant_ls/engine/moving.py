"""Spec files moved into the archive and back: in one commit where git has them, else on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.commit import Kept, commit_files
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class Move:
    id: SpecId
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Moved:
    """`notes` say which files were moved and not committed, and why."""

    moves: tuple[Move, ...]
    commit: str = ""
    notes: tuple[str, ...] = ()


def move(
    engine: Engine, snapshot: Snapshot, moves: Sequence[Move], verb: str, commit: bool
) -> Moved | Refusal:
    """All or none of the files. Where a project has no git, or `.chant` is ignored, they are only
    moved."""
    taken = next((one.new for one in moves if engine.specs.read(one.new) is not None), None)
    if taken:
        return Refusal(f"{taken} exists already", "look at both, and remove one of them")
    if not commit or engine.runs.writable():
        return _on_disk(engine, moves) or Moved(tuple(moves))
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        known = _in_git(engine, snapshot, moves)
        kept = _committed(engine, known, verb) if known else Kept()
        left = [one for one in moves if not (kept.commit and one in known)]
        refusal = _on_disk(engine, left)
    if refusal:
        return refusal
    note = kept.note if kept.note and "git ignores" not in kept.note else ""
    return Moved(tuple(moves), kept.commit, (note,) if note else ())


def _in_git(engine: Engine, snapshot: Snapshot, moves: Sequence[Move]) -> list[Move]:
    """Those that the last commit has, private ones left out."""
    head, prefix = engine.git.head().commit, engine.git.prefix
    public = [one for one in moves if (f := snapshot.facts(one.id)) and not f.private]
    blobs = engine.git.blobs([(head, prefix + one.old) for one in public]) if head else ()
    if isinstance(blobs, GitError):
        return []
    return [one for one, blob in zip(public, blobs, strict=bool(head)) if blob is not None]


def _committed(engine: Engine, moves: Sequence[Move], verb: str) -> Kept:
    files: dict[str, bytes | None] = {}
    for one in moves:
        files |= {one.old: None, one.new: engine.specs.read(one.old)}
    what = moves[0].id if len(moves) == 1 else f"{len(moves)} specs"
    return commit_files(engine.git, files, f"chant: {verb} {what}", [one.id for one in moves])


def _on_disk(engine: Engine, moves: Sequence[Move]) -> Refusal | None:
    done: list[Move] = []
    for one in moves:
        refusal = engine.specs.move(one.old, one.new)
        if refusal:
            for back in done:
                engine.specs.move(back.new, back.old)
            return refusal
        done.append(one)
    return None
