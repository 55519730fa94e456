"""The words of merging: what is merged, what came of it, how it is called in history."""

from dataclasses import dataclass
from urllib.parse import quote

from chant_ls.engine import messages
from chant_ls.engine.git_port import Git
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class Finished:
    """The branch of a run to merge. `spec_path` is relative to the top of the repository, "" in
    local mode.

    `snapshot` is the spec as it was worked, `targets` its target files; `private` keeps title and
    id out of the commit. `runners` are the files, relative to the root, that agents start with.
    """

    id: SpecId
    run: str
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


def undo_ref(git: Git, run: str) -> str:
    """The ref that keeps the target as it was before the merge of a run."""
    return _kept(git, "undo", run)


def before_rebase(git: Git, run: str) -> str:
    """The ref that keeps the branch of a run as it was."""
    return _kept(git, "before-rebase", run)


def _kept(git: Git, why: str, run: str) -> str:
    """Projects of one repository may have specs of the same name."""
    where = quote(git.prefix.rstrip("/"), safe="").translate({ord("."): "%2E", ord("~"): "%7E"})
    return "/".join(filter(None, ("refs/chant", why, where, run)))


def message(work: Finished) -> str:
    return messages.merge(work.id, work.title, work.private)
