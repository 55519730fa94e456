"""`chant archive` and `unarchive` as they are typed."""

from pathlib import Path

from tests.cli.running import chant
from tests.e2e.conftest import git, put


def test_put_away_and_brought_back(project: Path) -> None:
    put(project, "2026-01-01-001-abc", "First")
    put(project, "2026-01-01-002-def", "Second")
    refused = chant(project, "archive", "001")
    assert refused.code == 1 and "chant cancel" in refused.stderr
    assert chant(project, "cancel", "001", "-y").code == 0
    assert "Would archive: " in chant(project, "archive", "--dry-run").stdout
    unasked = chant(project, "archive")
    assert unasked.code == 1 and "archive -y" in unasked.stderr
    assert chant(project, "archive", "-y").stdout.startswith("Archived: ")
    assert "nothing to archive" in chant(project, "archive").stderr
    assert "First" in chant(project, "show", "001").stdout
    assert chant(project, "unarchive", "001").stdout.startswith("Unarchived: ")
    assert "First" in chant(project, "list", "--all").stdout
    assert git(project, "status", "--porcelain") == ""
    assert chant(project, "archive", "001", "--older-than", "3").code == 2
