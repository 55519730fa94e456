"""`chant search` and `chant export`: what is found, and how it is told."""

import csv
import io
import json

import pytest

from chant_ls.analysis.export import DEFAULT, FIELDS, Format, export_rows, rendered
from chant_ls.analysis.query import parse, search
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.summary import Filters, listed
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse as parsed

A, B, C, D = (f"2026-01-{n}-00{i}-{s}" for n, i, s in (
    ("01", 1, "aaa"), ("15", 2, "bbb"), ("20", 3, "ccc"), ("20", 4, "ddd")))  # fmt: skip
TEXTS = {
    A: "---\ntype: code\nlabels: [v1, api]\ntarget_files: [src/lock.py]\n---\n\n# Refactor Lock\n\n"
    "The lock file is read twice.\n",
    B: f"---\ntype: docs\ndepends_on: [{A}]\nlabels: [v1]\n---\n\n# Tell | of the lock\n",
    C: '---\nstatus: completed\ncompleted_at: 2026-01-21T00:00:00Z\n---\n\n# Old, "gold"',
    D: "---\nlabels: [private]\n---\n\n# A secret\n",
}


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    files = []
    for id, text in TEXTS.items():
        folder = "archive/2026-01-20" if id == C else "specs"
        facts = parsed(text, SpecId(id)).facts
        files.append(SpecFile(f".chant/{folder}/{id}.md", text, facts, id == C))
    return Snapshot(complete=True, today="2026-01-22").with_files(files)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lock", "AB"),
        ("LOCK twice", "A"),
        ('"lock file"', "A"),
        ('"file lock"', ""),
        ("lock -twice", "B"),
        ('-"lock file" lock', "B"),
        ("label:v1", "AB"),
        ("label:V1", ""),
        ("label:api,private", "AD"),
        ("label:v1 -label:api", "B"),
        ("status:ready", "AD"),
        ("status:blocked", "B"),
        ("status:pending", "ABD"),
        ("-status:completed", "ABD"),
        ("type:documentation", "B"),
        ("type:docs", "B"),
        ("title:lock body:twice", "A"),
        ("depends_on:001-aaa", "B"),
        ("target:src/", "A"),
        ("id:ccc", "C"),
        ("archived:yes", "C"),
        ("archived:no lock", "AB"),
        ("since:1w", "BCD"),
        ("since:2026-01-20", "CD"),
        ("until:2026-01-15", "AB"),
        ("labels:v1", ""),
        ("", "ABCD"),
    ],
)
def test_found(snapshot: Snapshot, query: str, found: str) -> None:
    ids = dict(zip("ABCD", TEXTS, strict=True))
    assert search(snapshot, parse(query)) == tuple(ids[letter] for letter in found)


@pytest.mark.parametrize("query", ["status:redy", "type:cod", "since:soon", "-status:x"])
def test_values_that_do_not_exist_are_told(snapshot: Snapshot, query: str) -> None:
    refusal = search(snapshot, parse(query))
    assert isinstance(refusal, Refusal) and refusal.hint


def exported(snapshot: Snapshot, format: Format, **more: bool) -> str:
    names = ("id", "status", "title", "labels")
    ids = (*listed(snapshot, Filters(all=True)), SpecId(C))
    return rendered(export_rows(snapshot, ids, names, **more), names, format)


def test_every_format_tells_the_same(snapshot: Snapshot) -> None:
    rows = json.loads(exported(snapshot, Format.JSON))
    assert [row["id"] for row in rows] == [A, B, C]
    assert rows[1] == {
        "id": B,
        "status": "blocked",
        "title": "Tell | of the lock",
        "labels": ["v1"],
    }
    table = list(csv.reader(io.StringIO(exported(snapshot, Format.CSV))))
    assert table[0] == ["id", "status", "title", "labels"]
    assert table[3] == [C, "completed", 'Old, "gold"', ""]
    lines = exported(snapshot, Format.MARKDOWN).splitlines()
    assert lines[3] == f"| {B} | blocked | Tell \\| of the lock | v1 |"


def test_private_specs_only_when_asked_for(snapshot: Snapshot) -> None:
    assert all("secret" not in exported(snapshot, format) for format in Format)
    assert "secret" in exported(snapshot, Format.CSV, private=True)


def test_all_fields_and_no_rows(snapshot: Snapshot) -> None:
    (row,) = export_rows(snapshot, [SpecId(C)], FIELDS)
    assert row["completed_at"] == "2026-01-21T00:00:00Z" and row["archived"] is True
    assert row["date"] == "2026-01-20" and set(DEFAULT) < set(row)
    assert rendered([], DEFAULT, Format.JSON) == "[]\n"
    assert rendered([], DEFAULT, Format.CSV) == ",".join(DEFAULT) + "\n"
