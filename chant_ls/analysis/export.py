"""Specs as a table for other programs: JSON, CSV, Markdown."""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.summary import spec_json
from chant_ls.model.json_text import json_text
from chant_ls.model.spec import SpecId, natural_key
from chant_ls.syntax.nodes import Scalar

DEFAULT = ("id", "type", "status", "title", "labels", "model", "completed_at")
FIELDS = (
    *("id", "date", "type", "status", "stored_status", "title", "labels", "model", "completed_at"),
    *("depends_on", "informed_by", "target_files", "criteria_done", "criteria_total", "prompt"),
    *("provider", "branch", "merged", "archived", "path"),
)

Row = dict[str, object]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def export_rows(
    snapshot: Snapshot, ids: Iterable[SpecId], names: Sequence[str], private: bool = False
) -> list[Row]:
    """One row a spec, its cells texts, lists, numbers or None. Private specs only if asked for."""
    files = (snapshot.find(id) for id in ids)
    shown = (file.facts.id for file in files if file and (private or not file.facts.private))
    return [{name: row[name] for name in names} for row in (_row(snapshot, id) for id in shown)]


def rendered(rows: Sequence[Row], names: Sequence[str], format: Format) -> str:
    """Text with a final newline. No rows: `[]`, or the head of the table alone."""
    if format is Format.JSON:
        return json_text(rows) + "\n"
    cells = [[_cell(row[name]) for name in names] for row in rows]
    if format is Format.CSV:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([names, *cells])
        return out.getvalue()
    lines = [names, ["---"] * len(names), *([_escaped(c) for c in row] for row in cells)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(snapshot: Snapshot, id: SpecId) -> Row:
    file = snapshot.find(id)
    assert file is not None, "an id of this snapshot"
    told, facts = spec_json(snapshot, id), file.facts
    entry = file.document.entry("completed_at")
    completed = entry.value.text if entry and isinstance(entry.value, Scalar) else None
    run = snapshot.run(id)
    return {
        **told,
        "date": natural_key(id)[2] or None,
        "model": facts.model or None,
        "completed_at": completed,
        "criteria_done": facts.criteria.done,
        "criteria_total": facts.criteria.total,
        "prompt": facts.prompt or None,
        "provider": facts.provider or None,
        "branch": facts.branch or (run.branch if run else "") or None,
        "archived": file.archived,
    }


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(str(value).split())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
