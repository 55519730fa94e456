import json
from random import Random

import pytest

from chant_ls.analysis.allocation import new_members, next_id
from chant_ls.analysis.dag import Format, dag
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.summary import Filters, listed, rows, spec_json
from chant_ls.model.config import Config
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId, Status
from tests.analysis.project import snapshot

A, B = "2026-01-29-010-abc", "2026-01-29-011-def"
GUIDE = snapshot(
    {
        A: "---\ntype: code\nlabels: [phase1]\n---\n\n# Refactor Lock module\n",
        B: f"---\ndepends_on:\n  - {A}\n---\n\n# Fix issue #1234\n",
    }
)


def test_the_guides_list() -> None:
    lines = [
        f"{row.id}  {row.status:9}{row.title}{f' ({row.note})' if row.note else ''}"
        for row in rows(GUIDE, listed(GUIDE))
    ]
    assert lines == [
        "2026-01-29-010-abc  ready    Refactor Lock module",
        "2026-01-29-011-def  blocked  Fix issue #1234 (depends on 010-abc)",
    ]


def test_json_is_that_of_the_contract() -> None:
    run = RunInfo("r7", SpecId(A), RunState.RUNNING, True, 1, "2026-02-01T00:00:00Z", "", "/w", "b")
    assert spec_json(GUIDE.with_run(run), B) == {
        "id": B,
        "title": "Fix issue #1234",
        "type": "code",
        "status": "blocked",
        "stored_status": "pending",
        "labels": [],
        "depends_on": [A],
        "informed_by": [],
        "target_files": [],
        "blocked_by": [
            {
                "id": A,
                "kind": "dependency",
                "status": "in_progress",
                "title": "Refactor Lock module",
            }
        ],
        "criteria": {"done": 0, "total": 0},
        "run": None,
        "merged": None,
        "path": f".chant/specs/{B}.md",
    }
    assert spec_json(GUIDE.with_run(run), A)["run"] == {
        "id": "r7",
        "state": "running",
        "started_at": "2026-02-01T00:00:00Z",
        "worktree": "/w",
        "branch": "b",
        "usage": None,
    }
    with pytest.raises(KeyError):
        spec_json(GUIDE, "none")


MANY = snapshot(
    {
        "a": "labels: [x, y]\ntype: docs",
        "b": "status: completed\nlabels: [y]",
        "c": "status: cancelled",
        "d": "depends_on: [e]",
        "e": "type: research",
        "f": "",
        "archive/old.md": "---\nstatus: completed\n---\n",
    },
    {"e": RunState.COMPLETED, "f": RunState.RUNNING},
).with_run(RunInfo("r", SpecId("f"), RunState.RUNNING, live=True))


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), "a d e f"),
        (Filters(all=True), "a b c d e f"),
        (Filters(labels=("x", "z")), "a"),
        (Filters(labels=("y",), all=True), "a b"),
        (Filters(statuses=(Status.COMPLETED,)), "b e"),
        (Filters(statuses=(Status.CANCELLED, Status.BLOCKED)), "c d"),
        (Filters(statuses=(Status.PENDING,)), "a d e f"),
        (Filters(statuses=(Status.IN_PROGRESS,)), "f"),
        (Filters(ready=True), "a"),
        (Filters(type="documentation"), "a"),
        (Filters(type="docs"), "a"),
        (Filters(type="research"), "e"),
        (Filters(type="nonsense"), ""),
    ],
)
def test_what_is_listed(filters: Filters, ids: str) -> None:
    assert " ".join(listed(MANY, filters)) == ids


def test_merged_and_notes() -> None:
    told = {row.id: (row.note, spec_json(MANY, row.id)["merged"]) for row in rows(MANY, "abcdef")}
    assert told == {
        "a": ("", None),
        "b": ("", True),
        "c": ("", None),
        "d": ("depends on e, which is not merged", None),
        "e": ("not merged", False),
        "f": ("", None),
    }


def test_many_dependencies_are_told_in_one_note() -> None:
    texts = {"z": "depends_on: [a, b, c, d, e, f, none]"} | dict.fromkeys("abcdef", "")
    (row,) = rows(snapshot(texts), [SpecId("z")])
    assert row.note == (
        "depends on a, b, c, d, e and 1 more; depends on none, which does not exist"
    )


DAG = snapshot(
    {
        "a": '---\ndepends_on: [b, none]\n---\n\n# A "quoted" \\ <b>title</b>; DROP\n',
        "b": "depends_on: [c]",
        "c": "depends_on: [b]",
        "d": "type: driver\ndepends_on: [c]",
        "d.1": "",
        "d.2": "status: completed",
    }
)


def test_tree() -> None:
    assert dag(DAG) == (
        'a  blocked  A "quoted" \\ <b>title</b>; DROP\n'
        "├─ b  blocked  Title\n"
        "│  └─ c  blocked  Title (cycle)\n"
        "│     └─ b  blocked  Title (cycle) (see above)\n"
        "└─ none  missing\n"
        "d  blocked  Title\n"
        "├─ c  blocked  Title (see above)\n"
        "├─ d.1  blocked  Title (member)\n"
        "└─ d.2  completed  Title (member)\n"
    )


def test_dot_and_mermaid_hold_no_markup_of_titles() -> None:
    dot = dag(DAG, Format.DOT)
    assert '"a" [label="a\\nA \\"quoted\\" \\\\ <b>title</b>; DROP\\nblocked"' in dot
    assert '"b" -> "c" [tooltip="depends_on", color="#c62828"];' in dot
    assert '"none" [label="none\\nmissing", color="#c62828", style=dashed];' in dot
    mermaid = dag(DAG, Format.MERMAID)
    assert "A #34;quoted#34; #92; #60;b#62;title#60;#47;b#62;#59; DROP" in mermaid
    assert "n1 ==>|cycle| n2" in mermaid
    assert "n3 -.->|member| n4" in mermaid


def test_json_has_every_edge() -> None:
    data = json.loads(dag(DAG, Format.JSON))
    assert {(e["from"], e["to"], e["kind"], e["cycle"]) for e in data["edges"]} == {
        ("a", "b", "depends_on", False),
        ("a", "none", "depends_on", False),
        ("b", "c", "depends_on", True),
        ("c", "b", "depends_on", True),
        ("d", "c", "depends_on", False),
        ("d", "d.1", "member", False),
        ("d", "d.2", "member", False),
    }
    assert [n["status"] for n in data["nodes"] if n["id"] == "none"] == ["missing"]


def test_one_spec_and_what_it_waits_for() -> None:
    assert dag(DAG, ids=["c"]).startswith("b  blocked")
    assert dag(DAG, ids=["d.2"]) == "d.2  completed  Title\n"


@pytest.mark.parametrize("format", Format)
def test_a_long_chain_and_a_dense_graph_end(format: Format) -> None:
    chain = snapshot({f"s{n}": f"depends_on: [s{n + 1}]" for n in range(2000)})
    dense = snapshot(
        {f"s{n}": f"depends_on: [{', '.join(f's{m}' for m in range(60))}]" for n in range(60)}
    )
    assert len(dag(chain, format)) < 3_000_000
    assert len(dag(dense, format)) < 3_000_000


def test_the_next_id_counts_over_archive_and_members_in_base36() -> None:
    project = snapshot(
        {
            "2026-01-29-00z-abc": "",
            "2026-01-29-00y-abc.3": "",
            "archive/2026-01-29-zzz-old.md": "---\n---\n",
            "2026-01-30-002-abc": "",
            "auth-2026-01-31-007-abc": "",
            "2026-01-31-note": "",
        }
    )
    for today, start in (
        ("2026-01-29", "2026-01-29-1000-"),
        ("2026-01-30", "2026-01-30-003-"),
        ("2026-01-31", "2026-01-31-001-"),
        ("2026-02-01", "2026-02-01-001-"),
    ):
        id = next_id(project, today, Random(1))
        assert id.startswith(start) and len(id) == len(start) + 3
    named = project.with_config(Config(project_prefix="auth"))
    assert next_id(named, "2026-01-31", Random(1)).startswith("auth-2026-01-31-008-")


def test_members_number_on() -> None:
    project = snapshot({"d": "", "d.1": "", "d.7": "", "d.7.9": "", "x": ""})
    assert new_members(project, SpecId("d"), 2) == ("d.8", "d.9")
    assert new_members(project, SpecId("x"), 2) == ("x.1", "x.2")


def test_nothing_to_list() -> None:
    empty = Snapshot()
    assert listed(empty) == ()
    assert dag(empty) == ""
