"""The vocabulary of specs: ids and their order, statuses, types, facts."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NewType
from unicodedata import category

SpecId = NewType("SpecId", str)
"""A validated id: the stem of a spec's file. Enters the program through `valid_id` only."""

_MEMBERS = re.compile(r"(?:\.[0-9]{1,9})+\Z")
_BASE36 = re.compile(r"[0-9a-z]{1,12}\Z")
_YEAR = re.compile(r"\d{4}\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}-")
_UNREFABLE = re.compile(r"[\x00-\x20\x7f~^:?*\[\]\\/]|\.\.|@\{|\.lock\Z|\A[.-]|[./]\Z|\A@\Z")
_DECEIVING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what nobody sees, or what is no text: controls, directions, surrogates."""


class Status(StrEnum):
    """Stored statuses, and the two that are only ever computed (READY, BLOCKED)."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    CANCELLED = "cancelled"
    READY = "ready"
    BLOCKED = "blocked"


COMPUTED = frozenset({Status.READY, Status.BLOCKED})
FINISHED = frozenset({Status.COMPLETED, Status.CANCELLED})


class SpecType(StrEnum):
    CODE = "code"
    TASK = "task"
    DRIVER = "driver"
    GROUP = "group"
    DOCUMENTATION = "documentation"
    RESEARCH = "research"
    CONFLICT = "conflict"


CONTAINERS = frozenset({SpecType.DRIVER, SpecType.GROUP})
TYPE_ALIASES = {"docs": SpecType.DOCUMENTATION, "implementation": SpecType.CODE}


class Criteria(NamedTuple):
    """Acceptance criteria counted: boxes ticked of boxes there."""

    done: int = 0
    total: int = 0


class Approval(NamedTuple):
    required: bool = False
    status: str = "pending"
    by: str = ""

    @property
    def blocks(self) -> bool:
        return self.required and self.status != "approved"


class Facts(NamedTuple):
    """What other specs and the execution core may know of a spec. Equal facts, equal graph.

    `status` is the stored one (`ready` and `blocked` read as pending), None when its text is not a
    status. `depends_on` is None when the key is absent: present-but-empty switches the implicit
    order of members off. Lists hold the text as written, references unresolved. `reads` are the
    documents of `context`, `tracks`, `origin` and `output_schema`.
    """

    id: SpecId
    title: str = ""
    type: SpecType = SpecType.CODE
    status: Status | None = Status.PENDING
    depends_on: tuple[str, ...] | None = None
    informed_by: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    target_files: tuple[str, ...] = ()
    approval: Approval = Approval()
    criteria: Criteria = Criteria()
    prompt: str = ""
    model: str = ""
    branch: str = ""
    provider: str = ""
    reads: tuple[str, ...] = ()

    @property
    def private(self) -> bool:
        return "private" in self.labels


def id_problem(text: str) -> str | None:
    """Why `text` cannot be an id (it must be one file name and a part of a git ref), or None."""
    if not text:
        return "an id cannot be empty"
    if not text.isascii() and any(category(c) in _DECEIVING for c in text):
        return f"{text!r} cannot be an id: it holds characters that cannot be seen"
    if len(text.encode()) > 200:
        return "an id can have at most 200 bytes"
    if _UNREFABLE.search(text):
        return f"{text!r} cannot be an id: git could not hold it in a branch name"
    return None


def valid_id(text: str) -> SpecId | None:
    return None if id_problem(text) else SpecId(text)


def looks_dated(text: str) -> bool:
    """Whether the text starts like an id we allocate: `2026-01-22-…`."""
    return _DATE.match(text) is not None


def member_numbers(id: str) -> tuple[int, ...]:
    """`(2, 1)` for `x.2.1`; empty for an id that is no member."""
    match = _MEMBERS.search(id) if "." in id else None
    return tuple(int(n) for n in match[0][1:].split(".")) if match else ()


def root_id(id: str) -> SpecId:
    """The id without any member suffix."""
    return SpecId(_MEMBERS.sub("", id) if "." in id else id)


def parent_id(id: str) -> SpecId | None:
    """The driver one level up (`x.2` of `x.2.1`), None for an id that is no member."""
    return SpecId(id.rpartition(".")[0]) if "." in id and _MEMBERS.search(id) else None


def member_id(driver: SpecId, number: int) -> SpecId:
    return SpecId(f"{driver}.{number}")


def short_id(id: str) -> str:
    """`010-abc` of `2026-01-29-010-abc`, its member suffix kept; other ids whole."""
    return id[11:] if looks_dated(id) and len(id) > 11 else id


@lru_cache(maxsize=200_000)
def natural_key(id: str) -> tuple[int, str, str, int, str, tuple[int, ...], str]:
    """Sort key of the natural order: project, date, sequence as base36, suffix, member numbers."""
    root = root_id(id)
    members = member_numbers(id)
    parts = root.split("-")
    year = next((i for i, part in enumerate(parts) if _YEAR.match(part)), len(parts))
    dated = parts[year:]
    if len(dated) >= 5 and _BASE36.match(dated[3]):
        project, date = "-".join(parts[:year]), "-".join(dated[:3])
        return (0, project, date, int(dated[3], 36), "-".join(dated[4:]), members, id)
    return (1, root, "", 0, "", members, id)
