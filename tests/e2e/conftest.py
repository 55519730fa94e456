"""A real project in a real git repository."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import environment

CONFIG = """\
---
project:
  name: scratch
defaults:
  provider: shell
---
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with one commit and an empty `.chant`; everything else beside it."""
    root = tmp_path / "project"
    (root / ".chant" / "specs").mkdir(parents=True)
    (root / ".chant" / "config.md").write_text(CONFIG)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Somebody")
    git(root, "config", "user.email", "somebody@example.org")
    git(root, "add", ".")
    git(root, "commit", "-qm", "start")
    return root


def put(root: Path, id: str, title: str, more: str = "") -> None:
    """A spec that is there from the start; `more` is frontmatter."""
    text = f"---\ntype: task\n{more}---\n\n# {title}\n"
    (root / f".chant/specs/{id}.md").write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", title)


def git(root: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env=environment(root.parent),
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout
