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

_READS = ("context", "tracks", "origin", "output_schema")
_NO_APPROVAL = Approval()
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
    get = values.get
    depends_on = get("depends_on")
    return Facts(
        id,
        title,
        _TYPES.get(_text(get("type")), SpecType.CODE),
        _status(get("status")),
        None if depends_on is None else _texts(depends_on),
        _texts(get("informed_by")),
        _texts(get("members")),
        _texts(get("labels")),
        _texts(get("target_files")),
        _approval(get("approval")),
        criteria,
        _text(get("prompt")),
        _text(get("model")),
        _text(get("branch")),
        _text(get("provider")),
        tuple(text for name in _READS for text in _texts(get(name))),
    )


def _plain(node: Node) -> Plain:
    if isinstance(node, Scalar):
        return None if node.null else node.text
    if isinstance(node, Sequence):
        return tuple(i.text for i in node.items if isinstance(i, Scalar) and (i.text or i.quote))
    pairs = ((entry.key.text, entry.value) for entry in node.entries)
    return {key: value.text for key, value in pairs if isinstance(value, Scalar) and not value.null}


def _text(value: Plain) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Plain) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def _status(value: Plain) -> Status | None:
    if value is None:
        return Status.PENDING
    return _STATUSES.get(value) if isinstance(value, str) else None


def _approval(value: Plain) -> Approval:
    if value is None or not isinstance(value, MappingABC):
        return _NO_APPROVAL
    required = value.get("required") in _TRUE
    return Approval(required, value.get("status", "pending"), value.get("by", ""))
