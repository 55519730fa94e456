"""Two specs that change one file, merged as the guide tells (Handling Parallel Conflicts)."""

import sys
from pathlib import Path

import click
import pytest

from chant_ls.cli.main import cli
from tests.cli.running import Told, chant
from tests.e2e.conftest import git

ONE, TWO = "2026-01-29-010-abc", "2026-01-29-011-def"
SPEC = """\
---
type: code
---

# Work of {id}

## Acceptance Criteria

- [ ] Done `$ true`

```sh
echo "{id}" > shared.txt
```
"""
CONFIG = """\
---
defaults: {{provider: fixer}}
providers:
  fixer:
    command: [{python}, tools/fixer.py]
---
"""
FIXER = """\
import os, pathlib, sys
prompt = sys.stdin.read()
shared = pathlib.Path("shared.txt")
if "conflict markers" in prompt:
    lines = shared.read_text().splitlines(True)
    text = "".join(line for line in lines if line[:7] not in ("<<<<<<<", "=======", ">>>>>>>"))
    shared.write_text(text)
else:
    shared.write_text(os.environ["CHANT_SPEC_ID"] + chr(10))
"""


@pytest.fixture
def two(project: Path) -> Path:
    """Both are worked, neither is merged."""
    (project / "tools").mkdir()
    (project / "tools" / "fixer.py").write_text(FIXER)
    (project / ".chant" / "config.md").write_text(CONFIG.format(python=sys.executable))
    (project / "shared.txt").write_text("nobody\n")
    for id in (ONE, TWO):
        (project / ".chant" / "specs" / f"{id}.md").write_text(SPEC.format(id=id))
    git(project, "add", ".")
    git(project, "commit", "-qm", "two specs")
    well(chant(project, "work", "--chain", ONE, TWO, "--no-merge"))
    return project


def well(told: Told) -> str:
    assert told.code == 0, told.stdout + told.stderr
    return told.stdout


def merged(project: Path, text: str) -> None:
    assert (project / "shared.txt").read_text() == text
    assert git(project, "status", "--porcelain") == ""
    assert len(git(project, "worktree", "list").splitlines()) == 1
    assert "not merged" not in chant(project, "list", "--all").stdout


def test_all_rebased_and_settled_by_the_agent(two: Path) -> None:
    told = chant(two, "merge", "--all", "--rebase", "--auto")
    assert f"{TWO}: merged into main" in well(told)
    assert "tools/fixer.py" in told.stderr and "before-rebase" in told.stderr
    merged(two, f"{ONE}\n{TWO}\n")


def test_by_hand_one_after_the_other(two: Path) -> None:
    assert chant(two, "merge", "--all", "--dry-run").code == 1
    well(chant(two, "merge", ONE))
    told = chant(two, "merge", TWO, "--rebase")
    assert told.code == 1 and "shared.txt" in told.stderr
    assert "chant merge --continue" in told.stderr and "chant merge --abort" in told.stderr
    assert chant(two, "merge", "--continue").code == 1
    assert chant(two, "merge", TWO).code == 1
    folder = next(
        Path(line.split()[0])
        for line in git(two, "worktree", "list").splitlines()
        if f"{TWO}" in line
    )
    assert str(folder) in told.stderr
    (folder / "shared.txt").write_text("both\n")
    git(folder, "add", "shared.txt")
    assert f"{TWO}: merged into main" in well(chant(two, "merge", "--continue"))
    merged(two, "both\n")


def test_taken_back_then_settled_by_the_agent(two: Path) -> None:
    well(chant(two, "merge", ONE))
    before = git(two, "for-each-ref"), git(two, "worktree", "list")
    assert chant(two, "merge", TWO).code == 1
    assert TWO in well(chant(two, "merge", "--abort"))
    assert (git(two, "for-each-ref"), git(two, "worktree", "list")) == before
    assert chant(two, "merge", "--abort").code == 1
    well(chant(two, "merge", TWO, "--auto"))
    merged(two, f"{ONE}\n{TWO}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--continue", "--abort"],
        ["--continue", "010"],
        ["--abort", "--all"],
        ["--abort", "--auto"],
        ["--continue", "--rebase"],
        [],
    ],
)
def test_wishes_that_exclude_each_other(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        cli.main(["merge", *words], standalone_mode=False)


def test_init_registers_the_merge_driver_and_says_so(project: Path) -> None:
    told = chant(project, "init")
    assert ".gitattributes" in told.stderr and "merge driver" in told.stderr
    assert "chant-spec" in (project / ".gitattributes").read_text()
    assert sys.executable in git(project, "config", "merge.chant-spec.driver")
    assert "merge driver" not in chant(project, "init").stderr
