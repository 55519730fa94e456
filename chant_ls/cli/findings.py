"""Diagnostics of specs, configuration and prompts as the JSON of `chant lint --json`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chant_ls.analysis.check import check_document
from chant_ls.analysis.papers.check import check
from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Diagnostic, Severity
from chant_ls.engine.specfile import decode
from chant_ls.model.papers import paper_at
from chant_ls.syntax.text import Encoding, LineIndex, Span

if TYPE_CHECKING:
    from chant_ls.app import App

CHANT = ".chant"
CONFIG = f"{CHANT}/config.md"
ORDER = list(Severity)


def report(
    snapshot: Snapshot, ids: Sequence[str] = (), papers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`{diagnostics, errors, warnings}` of these specs, or of all active ones; and of `papers`,
    texts of configuration, prompts and templates by their paths, whose `spec` is null."""
    found = [
        row for path, text in (papers or {}).items() for row in _of_paper(snapshot, path, text)
    ]
    found += [row for path in paths_of(snapshot, ids) for row in _of_spec(snapshot, path)]
    counts = Counter(row["severity"] for row in found)
    return {
        "diagnostics": found,
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
    }


def paths_of(snapshot: Snapshot, ids: Iterable[str]) -> list[str]:
    files = [file for id in (ids or snapshot.graph.ids) if (file := snapshot.find(id))]
    return [file.path for file in files if ids or not file.archived]


def papers_of(app: "App") -> dict[str, str]:
    """The texts of the project that are checked though they are no specs, by their paths."""
    folders = [f"{CHANT}/{name}" for name in app.names(CHANT) if name.endswith("/")]
    paths = [CONFIG, *(f"{folder}{name}" for folder in folders for name in app.names(folder[:-1]))]
    data = {path: app.files.read(path) for path in paths if paper_at(path)}
    return {path: decode(one) for path, one in data.items() if one is not None}


def _of_paper(snapshot: Snapshot, path: str, text: str) -> Iterator[dict[str, Any]]:
    kind = paper_at(path)
    if kind is not None:
        found = check(Sheet(snapshot, path, kind, text))
        yield from _rows(None, path, LineIndex(text), found)


def _of_spec(snapshot: Snapshot, path: str) -> Iterator[dict[str, Any]]:
    file = snapshot.files[path]
    found = sorted(check_document(snapshot, path), key=lambda d: d.span)
    yield from _rows(file.facts.id, path, LineIndex(file.text), found)


def _rows(
    spec: str | None, path: str, lines: LineIndex, found: Iterable[Diagnostic]
) -> Iterator[dict[str, Any]]:
    for finding in found:
        yield {
            "spec": spec,
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
