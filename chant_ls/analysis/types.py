"""Questions and answers of the analysis: data only, offsets only, no LSP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.text import Edit, Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"


class Location(NamedTuple):
    """A place in a file. `path` is the key of the snapshot: relative to the root, `/` between."""

    path: str
    span: Span


class Related(NamedTuple):
    where: Location
    message: str


class Diagnostic(NamedTuple):
    """A finding of a rule. `data` is plain JSON for the action that fixes it."""

    code: str
    severity: Severity
    span: Span
    message: str
    related: tuple[Related, ...] = ()
    data: Mapping[str, object] = {}


class Block(StrEnum):
    """Why a spec is blocked (contract 2, `blocked_by.kind`)."""

    DEPENDENCY = "dependency"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    CYCLE = "cycle"
    UNMERGED = "unmerged"
    DRIVER = "driver"
    SIBLING = "sibling"
    MEMBERS = "members"
    APPROVAL = "approval"
    REPO = "repo"


class Reason(NamedTuple):
    """One thing a spec waits for; `id` is the text as written where that names no spec.

    `path` holds the ids of a cycle, first repeated last; `candidates` those of an ambiguous
    id, or who rejected the spec.
    """

    kind: Block
    id: str
    status: Status | None = None
    title: str = ""
    path: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing stands in the way of work."""


class Blocked(NamedTuple):
    reasons: tuple[Reason, ...]


Readiness = Ready | Blocked


class Resolved(NamedTuple):
    id: SpecId


class Ambiguous(NamedTuple):
    candidates: tuple[SpecId, ...]


class Missing(NamedTuple):
    """`nearest` are at most three ids that look alike, best first."""

    nearest: tuple[SpecId, ...] = ()


Resolution = Resolved | Ambiguous | Missing


class CreateFile(NamedTuple):
    path: str
    text: str


class RenameFile(NamedTuple):
    old: str
    new: str


class Change(NamedTuple):
    """What a code action would do to files; `edits` by path, `label` for the preview."""

    edits: Mapping[str, tuple[Edit, ...]] = {}
    files: tuple[CreateFile | RenameFile, ...] = ()
    label: str = ""


class Run(NamedTuple):
    """A verb for the execution core: the server's command of that name (contract 7), as data."""

    command: str
    arguments: Mapping[str, object] = {}


class ActionKind(StrEnum):
    QUICK_FIX = "quickfix"
    REFACTOR = "refactor"
    REWRITE = "refactor.rewrite"
    EXTRACT = "refactor.extract"
    SOURCE = "source"
    FIX_ALL = "source.fixAll.chant"
    VERB = "chant"


class Action(NamedTuple):
    """A code action: a change, or a verb to run, or neither and the reason why not (`disabled`).

    `change` is called when somebody chose the action: all that costs belongs in it, but for what
    decides whether the action is offered. `creates` tells that it makes files. `costly` is one that
    is not to be made unasked.
    """

    title: str
    kind: ActionKind
    change: Callable[[], Change] | None = None
    run: Run | None = None
    disabled: str = ""
    fixes: tuple[Diagnostic, ...] = ()
    preferred: bool = False
    creates: bool = False
    costly: bool = False
