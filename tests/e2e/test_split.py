"""`chant split` as it is typed."""

import signal as signals
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.running import chant, environment
from tests.e2e.conftest import git, put
from tests.engine.project import wait_until
from tests.engine.split_answers import GOOD

AGENT = Path(__file__).parent.parent / "agents" / "answering.py"


@pytest.fixture
def big(project: Path) -> Path:
    (project.parent / "answers").mkdir()
    (project.parent / "answers/1.md").write_text(GOOD)
    command = f"[{sys.executable}, {AGENT}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    (project / ".chant/config.md").write_text(config)
    put(project, "2026-01-01-001-abc", "Rework the lock")
    return project


def split(project: Path, *arguments: str):
    env = environment(project.parent, ANSWERS=str(project.parent / "answers"))
    return chant(project, "split", *arguments, env=env)


def test_the_proposal_is_shown_before_it_is_written(big: Path) -> None:
    nobody = split(big, "001")
    assert (nobody.code, "--dry-run" in nobody.stderr) == (1, True)
    shown = split(big, "001", "--dry-run")
    assert shown.code == 0 and "answering.py" in shown.stderr, shown
    assert "Free the lock\n  depends on" in shown.stdout
    assert "- [ ] Two callers never hold it at once" in shown.stdout
    assert git(big, "status", "--porcelain") == ""
    (big.parent / "answers/prompt-1.md").unlink()
    done = split(big, "001", "-y")
    assert done.code == 0 and "Split: " in done.stdout, done
    assert [line.split()[1] for line in chant(big, "list").stdout.splitlines()] == [
        "blocked",
        "ready",
        "blocked",
    ]
    again = split(big, "001", "-y")
    assert again.code == 1 and "driver already" in again.stderr
    assert git(big, "status", "--porcelain") == ""


def test_research_needs_no_agent(big: Path) -> None:
    done = split(big, "001", "--research", "-y")
    assert done.code == 0 and "will run" not in done.stderr, done
    assert "Research: Rework the lock" in chant(big, "list").stdout


def test_help_is_for_strangers() -> None:
    told = chant(Path.cwd(), "split", "--help").stdout
    assert "chant split 010-abc --dry-run" in told and "Exit code 0" in told


@pytest.mark.parametrize(("signal", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_interrupted_nothing_is_left(big: Path, signal: str, code: int) -> None:
    answers = big.parent / "answers"
    (answers / "hang").touch()
    argv = [sys.executable, "-m", "chant_ls.cli", "split", "001", "-y"]
    env = environment(big.parent, ANSWERS=str(answers))
    with subprocess.Popen(argv, cwd=big, env=env, stdin=subprocess.DEVNULL) as running:
        wait_until(lambda: (answers / "pid").exists() and bool((answers / "pid").read_text()))
        running.send_signal(getattr(signals, signal))
        assert running.wait(30) == code
    assert not psutil.pid_exists(int((answers / "pid").read_text()))
    assert git(big, "worktree", "list").count("\n") == 1
    assert git(big, "status", "--porcelain") == ""
