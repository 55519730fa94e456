"""`chant search`, `export` and `pause` as they are typed."""

import json
from pathlib import Path

from tests.cli.running import chant
from tests.e2e.conftest import put


def test_search_and_export(project: Path) -> None:
    assert chant(project, "export").stdout == "[]\n"
    put(project, "2026-01-01-001-abc", "Lock the door", "labels: [v1]\n")
    put(project, "2026-01-01-002-def", "Lock the gate", "labels: [private]\n")
    told = chant(project, "search", "lock", "-label:private")
    assert told.code == 0 and "1 found" in told.stderr and "door" in told.stdout, told
    (row,) = json.loads(chant(project, "search", '"the gate"', "--json").stdout)
    assert row["title"] == "Lock the gate" and row["archived"] is False
    wrong = chant(project, "search", "status:redy")
    assert wrong.code == 1 and "ready" in wrong.stderr
    done = chant(project, "export", "--format", "csv", "--fields", "title,status", "-o", "t.csv")
    assert done.code == 0 and (project / "t.csv").read_text() == (
        "title,status\nLock the door,ready\n"
    )
    assert "gate" in chant(project, "export", "--private").stdout
    idle = chant(project, "pause", "001")
    assert idle.code == 1 and "not being worked" in idle.stderr
