"""A change of several spec files, made whole: in one commit, or as files, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chant_ls.analysis.snapshot import SpecFile
from chant_ls.analysis.types import Change, CreateFile
from chant_ls.engine import specfile
from chant_ls.engine.commit import Kept, commit_files
from chant_ls.engine.engine import Engine
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.model.refusal import Refusal
from chant_ls.syntax.text import apply


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One file changed, from `was` to `now`, and others that come into being with it."""

    path: str
    was: bytes
    now: bytes
    created: Mapping[str, bytes]


def rewrite(file: SpecFile, change: Change) -> Rewrite:
    """What a change of this one file, and new ones beside it, makes of the disk."""
    new = apply(file.text, change.edits.get(file.path, ()))
    created = {one.path: one.text for one in change.files if isinstance(one, CreateFile)}
    return Rewrite(
        file.path,
        specfile.encode(file.text),
        specfile.encode(new),
        {path: specfile.encode(text) for path, text in created.items()},
    )


def make(
    engine: Engine, wanted: Rewrite, subject: str, ids: Sequence[str], *, private: bool
) -> Kept | Refusal:
    """Refused where a file is not as it was. Private files, and those git ignores, are written
    and not committed."""
    if engine.specs.read(wanted.path) != wanted.was:
        return Refusal(f"{wanted.path} was changed meanwhile", "try again")
    taken = next((path for path in wanted.created if engine.specs.read(path) is not None), None)
    if taken:
        return Refusal(f"{taken} exists already", "try again")
    kept = Kept()
    if not private:
        kept = _committed(engine, wanted, subject, ids)
        if kept.commit:
            return kept
    return _written(engine, wanted, private) or Kept(
        note="" if "git ignores" in kept.note else kept.note
    )


def _committed(engine: Engine, wanted: Rewrite, subject: str, ids: Sequence[str]) -> Kept:
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return Kept(note=f"not committed: {held.message}")
    with held:
        files = {wanted.path: wanted.now, **wanted.created}
        return commit_files(engine.git, files, subject, ids, (wanted.path, wanted.was))


def _written(engine: Engine, wanted: Rewrite, private: bool) -> Refusal | None:
    """New files first: without the last step they are taken back."""
    done: list[str] = []
    refusal: Refusal | None = None
    for path, data in wanted.created.items():
        refusal = refusal or engine.specs.replace(path, None, data, private)
        if refusal is None:
            done.append(path)
    refusal = refusal or engine.specs.replace(wanted.path, wanted.was, wanted.now, private)
    if refusal:
        for path in done:
            engine.files.remove(path)
    return refusal
