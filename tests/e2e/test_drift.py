"""`chant drift`: by content, never by the clock of a file."""

import json
import os
import sys
from pathlib import Path

import pytest

from chant_ls.engine.drifting import covers
from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git

ID = "2026-01-01-001-abc"
OTHER = "2026-01-02-002-def"
AGENT = """\
import os, pathlib, sys
sys.stdin.read()
pathlib.Path(os.environ["CHANT_SPEC_ID"] + ".txt").write_text("made")
"""
DOC = "# Locks\n\n## Rules\n\nTake one.\n\n## History\n\nOnce.\n"


def spec(front: str, title: str = "Write about it") -> str:
    criteria = "## Acceptance Criteria\n\n- [ ] Done `$ true`\n"
    return f"---\ntype: code\n{front}---\n\n# {title}\n\n{criteria}"


@pytest.fixture
def worked(project: Path) -> Path:
    """A spec made from a file, a folder, a glob, a section and another spec, merged."""
    agent = project.parent / "agent.py"
    agent.write_text(AGENT)
    command = f"[{sys.executable}, {agent}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    (project / ".chant/config.md").write_text(config)
    (project / ".gitignore").write_text("*.log\n")
    for path, text in {
        "src/lock.py": "lock = 1\n",
        "src/deep/free.py": "free = 1\n",
        "data/a.csv": "1\n",
        "docs/locks.md": DOC,
        "other.txt": "unnamed\n",
        f".chant/specs/{OTHER}.md": spec("", "Look into it"),
        f".chant/specs/{ID}.md": spec(
            "tracks: [src]\norigin: ['data/*.csv']\n"
            f"informed_by: ['docs/locks.md#rules', {OTHER}]\n"
        ),
    }.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a project")
    told = chant(project, "work", ID, "--merge")
    assert told.code == 0, told
    return project


def drift(project: Path, *arguments: str) -> dict:
    told = chant(project, "drift", "001", "--json", *arguments)
    [one] = json.loads(told.stdout)
    assert told.code == (one["state"] == "drifted"), told
    return one


def changed(project: Path) -> list[tuple[str, str]]:
    return [(one["path"], one["how"]) for one in drift(project)["differences"]]


def write(project: Path, path: str, text: str) -> None:
    (project / path).write_text(text)


def test_nothing_drifted_after_the_work(worked: Path) -> None:
    assert drift(worked)["state"] == "up_to_date"
    told = chant(worked, "drift")
    assert (told.code, told.stdout) == (0, "") and "nothing drifted" in told.stderr


def test_touched_committed_or_cloned_is_no_drift(worked: Path) -> None:
    for path in worked.rglob("*.py"):
        os.utime(path, (4e9, 4e9))
    write(worked, "other.txt", "nobody named it\n")
    git(worked, "commit", "-qam", "something else")
    assert drift(worked)["state"] == "up_to_date"
    clone = worked.parent / "clone"
    git(worked, "clone", "-q", str(worked), str(clone))
    one = drift(clone)
    assert one["state"] == "up_to_date" and one["since"], "without the record of the run too"


@pytest.mark.parametrize("commit", [True, False])
def test_each_kind_of_input_drifts(worked: Path, commit: bool) -> None:
    write(worked, "src/deep/free.py", "free = 2\n")
    (worked / "data/a.csv").unlink()
    write(worked, "data/b.csv", "2\n")
    write(worked, "docs/locks.md", DOC.replace("Take one", "Take two"))
    path = f".chant/specs/{OTHER}.md"
    write(worked, path, (worked / path).read_text().replace("Look", "Look deeper"))
    if commit:
        git(worked, "add", "-A")
        git(worked, "commit", "-qm", "later")
    assert changed(worked) == [
        ("src/deep/free.py", "changed"),
        ("data/a.csv", "removed"),
        ("data/b.csv", "new"),
        ("docs/locks.md", "changed"),
        (path, "changed"),
    ]
    shown = chant(worked, "drift")
    assert (
        shown.code == 1 and f"{ID}: drifted\n  changed: src/deep/free.py (tracks)" in shown.stdout
    )


def test_what_an_entry_is_not_about_is_no_drift(worked: Path) -> None:
    write(worked, "docs/locks.md", DOC.replace("Once", "Twice"))
    path = f".chant/specs/{OTHER}.md"
    text = (worked / path).read_text().replace("type: code", "type: code\nlabels: [x]")
    write(worked, path, text.replace("- [ ]", "- [x]"))
    write(worked, "src/lock.py", "lock = 1\r\n")
    git(worked, "commit", "-qam", "another section, a label, a box, a line ending")
    assert changed(worked) == []


def test_changed_and_changed_back_is_no_drift(worked: Path) -> None:
    write(worked, "src/lock.py", "lock = 2\n")
    git(worked, "commit", "-qam", "there")
    write(worked, "src/lock.py", "lock = 1\n")
    assert changed(worked) == []


def test_a_file_that_git_ignores_cannot_be_told(worked: Path) -> None:
    write(worked, "src/run.log", "x")
    one = drift(worked)
    assert (one["state"], one["beyond_git"]) == ("unknown", ["src/run.log"])
    told = chant(worked, "drift")
    assert told.code == 0 and "git ignores src/run.log" in told.stdout


def test_looking_changes_nothing_and_mark_makes_it_need_attention(worked: Path) -> None:
    write(worked, "src/lock.py", "lock = 2\n")
    git(worked, "commit", "-qam", "later")
    before = git(worked, "rev-parse", "HEAD")
    assert drift(worked)["marked"] is False and git(worked, "rev-parse", "HEAD") == before
    assert drift(worked, "--mark")["marked"] is True
    assert git(worked, "log", "-1", "--format=%s").strip() == f"chant: drift {ID}"
    assert git(worked, "status", "--porcelain") == ""
    shown = json.loads(chant(worked, "show", "001", "--json").stdout)
    assert shown["status"] == "needs_attention"
    assert "in doubt: `chant verify 001-abc`" in chant(worked, "list").stdout
    told = chant(worked, "diagnose", "001")
    assert told.code == 1 and "chant verify" in told.stdout + told.stderr
    assert chant(worked, "drift", "001").code == 1, "it is in doubt already"
    assert chant(worked, "reset", "001", "-y").code == 0
    assert json.loads(chant(worked, "show", "001", "--json").stdout)["status"] == "ready"


def test_where_chant_is_ignored_a_verification_counts_too(worked: Path) -> None:
    """No commit tells of it; the record of the run does."""
    git(worked, "rm", "-rq", "--cached", ".chant")
    write(worked, ".gitignore", "*.log\n.chant/\n")
    write(worked, "src/lock.py", "lock = 2\n")
    text = (worked / f".chant/specs/{ID}.md").read_text()
    write(worked, f".chant/specs/{ID}.md", text.replace(f", {OTHER}", ""))
    git(worked, "add", "-A")
    git(worked, "commit", "-qm", "chant is local")
    assert changed(worked) == [("src/lock.py", "changed")]
    assert chant(worked, "verify", "001").code == 0
    assert drift(worked)["state"] == "up_to_date"


def test_what_is_not_completed_and_who_may_not_are_refused(worked: Path) -> None:
    told: Told = chant(worked, "drift", "002")
    assert told.code == 1 and "is not completed" in told.stderr
    agent = environment(worked.parent, CHANT_ROLE="worker")
    assert chant(worked, "drift", "--mark", env=agent).code == 1
    assert chant(worked, "drift", env=agent).code == 0


@pytest.mark.parametrize(
    ("entry", "path", "so"),
    [
        ("src", "src/a/b.py", True),
        ("src/", "src/a", True),
        ("src", "srcs/a", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/a/b.py", False),
        ("src/**/*.py", "src/b.py", True),
        ("src/**/*.py", "src/a/c/b.py", True),
        ("**", "a/b", True),
        ("a.md", "a.md", True),
    ],
)
def test_entries_cover_files_that_are_gone(entry: str, path: str, so: bool) -> None:
    assert covers(entry, path) is so
