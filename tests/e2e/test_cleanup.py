"""`chant cleanup` as it is typed."""

import json
from pathlib import Path

from tests.cli.running import chant
from tests.e2e.conftest import git

SHELL = "---\ntype: code\n---\n\n# Make it\n\n```sh\necho made > made.txt\n```\n"


def test_look_ask_and_clean(project: Path) -> None:
    id = "2026-01-01-001-abc"
    (project / f".chant/specs/{id}.md").write_text(SHELL)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "spec")
    assert chant(project, "work", id, "--no-merge").code == 0
    waiting = chant(project, "cleanup", "--dry-run")
    assert waiting.code == 0 and f"`chant merge {id}`" in waiting.stdout, waiting
    git(project, "merge", "-q", f"chant/{id}")
    told = chant(project, "cleanup")
    assert told.code == 1 and "-y" in told.stderr and "kB" in told.stdout, told
    looked = json.loads(chant(project, "cleanup", "--json", "--dry-run").stdout)
    done = json.loads(chant(project, "cleanup", "--json", "-y").stdout)
    assert looked == {**done, "dry_run": True}
    (one,) = done["removed"]
    assert one["branch"] == f"chant/{id}" and done["bytes"] == one["bytes"] > 0
    assert git(project, "branch", "--format=%(refname:short)") == "main\n"
    assert "nothing to clean up" in chant(project, "cleanup").stderr
