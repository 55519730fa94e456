"""The words of merging: what is merged, what came of it, how it is called in history."""

from dataclasses import dataclass

from chant_ls.engine import messages
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class Finished:
    """A branch to merge. `spec_path` is relative to the top of the repository, "" in local mode.

    `snapshot` is the spec as it was worked, `targets` its target files; `private` keeps title and
    id out of the commit. `runners` are the files, relative to the root, that agents start with.
    """

    id: SpecId
    title: str
    branch: str
    target: str
    spec_path: str = ""
    snapshot: bytes | None = None
    targets: tuple[str, ...] = ()
    private: bool = False
    runners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Merged:
    """`commit` is the target's new tip; `undo` the ref that keeps its old one. `already`: nothing
    had to be done."""

    commit: str
    undo: str = ""
    files: tuple[str, ...] = ()
    already: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """The commits of a merge: `branch` goes into `target`."""

    base: str
    target: str
    branch: str


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Both sides changed the same places; nothing was done yet. `spec` is the spec's own file
    where its fields could be merged."""

    sides: Sides
    paths: tuple[str, ...]
    refusal: Refusal
    spec: bytes | None = None


def undo_ref(id: str) -> str:
    return f"refs/chant/undo/{id}"


def message(work: Finished) -> str:
    return messages.merge(work.id, work.title, work.private)
