"""Which specs `list` shows, and how a row reads. Works on the JSON of contract section 2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chant_ls.model.spec import short_id

Row = Mapping[str, Any]

STATUSES = (
    "ready",
    "blocked",
    "pending",
    "in_progress",
    "paused",
    "completed",
    "failed",
    "needs_attention",
    "cancelled",
)
_HIDDEN = frozenset({"completed", "cancelled"})
_WORDS = {
    "missing": "{id} does not exist",
    "ambiguous": "{id} is ambiguous",
    "cycle": "in a cycle with {id}",
    "unmerged": "{id} is not merged",
    "driver": "driver {id} is {status}",
    "sibling": "after {id}",
    "members": "members: {id}",
    "approval": "needs approval",
    "repo": "{id}: repository not found",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Kinds of filters are joined by and, several of one kind by or."""

    labels: Sequence[str] = ()
    statuses: Sequence[str] = ()
    type: str = ""
    ready: bool = False
    all: bool = False

    def takes(self, row: Row) -> bool:
        return (
            self._by_status(row)
            and (not self.labels or not set(self.labels).isdisjoint(row["labels"]))
            and (not self.type or row["type"] == self.type)
            and (not self.ready or row["status"] == "ready")
        )

    def _by_status(self, row: Row) -> bool:
        if self.statuses:
            return any(_has_status(row, wanted) for wanted in self.statuses)
        return self.all or row["status"] not in _HIDDEN or row["merged"] is False


def _has_status(row: Row, wanted: str) -> bool:
    """`pending` means the stored one, however the spec is shown."""
    key = "stored_status" if wanted == "pending" else "status"
    return str(row[key]) == wanted


def remark(row: Row) -> str:
    """What stands in brackets behind the title, "" for nothing."""
    if row["status"] == "completed":
        return "not merged" if row["merged"] is False else ""
    if row["status"] != "blocked":
        return ""
    waits = [b for b in row["blocked_by"] if b["kind"] == "dependency"]
    others = [b for b in row["blocked_by"] if b["kind"] != "dependency"]
    named = [f"depends on {', '.join(short_id(b['id']) for b in waits)}"] if waits else []
    return "; ".join([*named, *map(_reason, others)])


def _reason(block: Mapping[str, Any]) -> str:
    words = _WORDS.get(block["kind"], "{id}")
    return words.format(id=short_id(block["id"]), status=block.get("status"))


def title(row: Row) -> str:
    """The title with its remark."""
    told = remark(row)
    return f"{row['title'] or '(no title)'} ({told})" if told else row["title"] or "(no title)"
