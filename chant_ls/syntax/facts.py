"""What a spec's frontmatter and body say to others: the one place where text becomes `Facts`."""

from collections.abc import Mapping as MappingABC

from chant_ls.model.spec import (
    COMPUTED,
    TYPE_ALIASES,
    Approval,
    Criteria,
    Facts,
    SpecId,
    SpecType,
    Status,
)
from chant_ls.syntax.nodes import Mapping, Node, Scalar, Sequence

Plain = str | tuple[str, ...] | MappingABC[str, str] | None
"""A value of the frontmatter without places; None is null."""

_TRUE = frozenset({"true", "True", "TRUE"})
_STATUSES = {status.value: status for status in Status} | dict.fromkeys(COMPUTED, Status.PENDING)
_TYPES = {kind.value: kind for kind in SpecType} | TYPE_ALIASES


def plain_values(mapping: Mapping) -> dict[str, Plain]:
    """The values by key; of a key that stands twice, the first."""
    values: dict[str, Plain] = {}
    for entry in mapping.entries:
        values.setdefault(entry.key.text, _plain(entry.value))
    return values


def facts_of(id: SpecId, values: MappingABC[str, Plain], title: str, criteria: Criteria) -> Facts:
    """Lenient: what is of a wrong shape or unknown counts as absent; rules report it."""
    if not values:
        return Facts(id, title, criteria=criteria)
    return Facts(
        id,
        title,
        _TYPES.get(_text(values, "type"), SpecType.CODE),
        _status(values.get("status")),
        _texts(values, "depends_on") if values.get("depends_on") is not None else None,
        _texts(values, "informed_by"),
        _texts(values, "members"),
        _texts(values, "labels"),
        _texts(values, "target_files"),
        _approval(values.get("approval")),
        criteria,
        _text(values, "prompt"),
        _text(values, "model"),
        _text(values, "branch"),
        _text(values, "provider"),
    )


def _plain(node: Node) -> Plain:
    if isinstance(node, Scalar):
        return None if node.null else node.text
    if isinstance(node, Sequence):
        return tuple(i.text for i in node.items if isinstance(i, Scalar) and (i.text or i.quote))
    pairs = ((entry.key.text, entry.value) for entry in node.entries)
    return {key: value.text for key, value in pairs if isinstance(value, Scalar) and not value.null}


def _text(values: MappingABC[str, Plain], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _texts(values: MappingABC[str, Plain], name: str) -> tuple[str, ...]:
    value = values.get(name)
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def _status(value: Plain) -> Status | None:
    if value is None:
        return Status.PENDING
    return _STATUSES.get(value) if isinstance(value, str) else None


def _approval(value: Plain) -> Approval:
    if not isinstance(value, MappingABC):
        return Approval()
    required = value.get("required") in _TRUE
    return Approval(required, value.get("status", "pending"), value.get("by", ""))
