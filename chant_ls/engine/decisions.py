"""What a person decides, written into the working file of a spec and committed alone."""

from collections.abc import Callable
from dataclasses import dataclass

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine import specfile
from chant_ls.engine.commit import Kept, commit_file
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Git, GitError
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Written:
    notes: tuple[str, ...] = ()


def decide(
    engine: Engine, file: SpecFile, verb: str, change: Callable[[str], str]
) -> Written | Refusal:
    """The working file changed by `change`; `verb` names the commit (`chant: cancel <id>`).

    Private specs and ignored files are written and not committed."""
    old = engine.specs.read(file.path)
    if old is None:
        return Refusal(f"{file.path} cannot be read", "`chant list --all` shows all specs")
    new = specfile.encode(change(specfile.decode(old)))
    if new == old:
        return Written()
    refusal = engine.specs.replace(file.path, old, new, file.facts.private)
    if refusal:
        return refusal
    if file.facts.private:
        return Written()
    swept = _uncommitted(engine.git, file.path, old)
    kept = _committed(engine, file, new, verb)
    if kept.commit and swept:
        return Written(
            (f"your changes of {file.path} were not committed; they are in this commit",)
        )
    return Written((kept.note,) if kept.note and "ignores" not in kept.note else ())


def _uncommitted(git: Git, path: str, now: bytes) -> bool:
    """Whether a file that HEAD holds is another on disk."""
    held = git.blobs([("HEAD", git.prefix + path)])
    return not isinstance(held, GitError) and held[0] not in (None, now)


def _committed(engine: Engine, file: SpecFile, new: bytes, verb: str) -> Kept:
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return Kept(note=f"not committed: {held.message}")
    with held:
        id = file.facts.id
        return commit_file(engine.git, file.path, new, f"chant: {verb} {id}", id)


def existing(snapshot: Snapshot, id: str) -> SpecFile | Refusal:
    return snapshot.find(id) or Refusal(f"there is no spec {id}", "`chant list --all` shows all")
