"""Texts with a marker where the cursor stands."""

from collections.abc import Mapping

from chant_ls.analysis.snapshot import Snapshot
from tests.analysis.project import snapshot, spec_file

CURSOR = "‸"


def at_cursor(text: str) -> tuple[str, int]:
    """The text without its marker `‸`, and the marker's offset."""
    assert text.count(CURSOR) == 1, text
    return text.replace(CURSOR, ""), text.index(CURSOR)


def opened(
    id: str, text: str, others: Mapping[str, str] | None = None, base: Snapshot | None = None
) -> tuple[Snapshot, str, int]:
    """A snapshot with the marked text as spec `id` among others; its path and the offset."""
    plain, offset = at_cursor(text)
    file = spec_file(id, plain)
    project = base if base is not None else snapshot(others or {})
    return project.with_file(file), file.path, offset
