"""Diagnostics of specs as the JSON of `chant lint --json` (contract section 2)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chant_ls.analysis.check import check_document
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Severity
from chant_ls.syntax.text import Encoding, LineIndex, Span

ORDER = list(Severity)


def report(snapshot: Snapshot, ids: Sequence[str] = ()) -> dict[str, Any]:
    """`{diagnostics, errors, warnings}` of these specs, or of all active ones."""
    found = [row for path in paths_of(snapshot, ids) for row in _rows(snapshot, path)]
    counts = Counter(row["severity"] for row in found)
    return {
        "diagnostics": found,
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
    }


def paths_of(snapshot: Snapshot, ids: Iterable[str]) -> list[str]:
    files = [file for id in (ids or snapshot.graph.ids) if (file := snapshot.find(id))]
    return [file.path for file in files if ids or not file.archived]


def _rows(snapshot: Snapshot, path: str) -> Iterator[dict[str, Any]]:
    file = snapshot.files[path]
    lines = LineIndex(file.text)
    for finding in sorted(check_document(snapshot, path), key=lambda d: d.span):
        yield {
            "spec": file.facts.id,
            "path": path,
            "code": finding.code,
            "severity": finding.severity.value,
            "message": finding.message,
            "range": _range(lines, finding.span),
        }


def _range(lines: LineIndex, span: Span) -> dict[str, Any]:
    return {"start": _position(lines, span.start), "end": _position(lines, span.end)}


def _position(lines: LineIndex, offset: int) -> dict[str, int]:
    line, character = lines.position(offset, Encoding.UTF32)
    return {"line": line, "character": character}
