"""Signals to `chant work`, from its first moment to the end of its supervisor."""

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chant_ls.app import build_app
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Note
from chant_ls.engine.operations.work import supervisor_of
from chant_ls.engine.ports import REPO
from tests.cli.running import chant, environment
from tests.e2e.conftest import git
from tests.engine.project import wait_until
from tests.matrix import Row

CONFIG = """\
---
project: {name: signals}
defaults: {provider: sleeper}
providers:
  sleeper: {command: [sh, -c, "echo $$ > ../agent.pid; sleep 600"]}
---
"""


@pytest.fixture
def sleeping(project: Path) -> Path:
    (project / ".chant" / "config.md").write_text(CONFIG.replace("../", f"{project.parent}/"))
    git(project, "commit", "-qam", "an agent that sleeps")
    return project


def core(project: Path) -> Engine:
    return build_app(project, environment(project.parent)).engine


def working(project: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "chant_ls.cli", "work", *arguments],
        cwd=project,
        env=environment(project.parent),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def agent_started(project: Path) -> Callable[[], bool]:
    return lambda: (project.parent / "agent.pid").exists()


def added(project: Path) -> str:
    return chant(project, "add", "Sleeps").stdout.split(": ")[1].strip()


def status(project: Path, id: str) -> str:
    return str(build_app(project, environment(project.parent)).load().status(id))


@pytest.mark.scenario(Row.CHAINS)
def test_term_pauses_what_runs(sleeping: Path) -> None:
    id = added(sleeping)
    run = working(sleeping, id)
    wait_until(agent_started(sleeping))
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 143, out + err
    assert status(sleeping, id) == "paused"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.scenario(Row.CHAINS)
def test_interrupted_before_its_agent_runs_a_job_is_taken_back(
    sleeping: Path, number: signal.Signals, code: int
) -> None:
    id = added(sleeping)
    engine = core(sleeping)
    with engine.runs.lock(REPO):
        run = working(sleeping, id)
        wait_until(lambda: getattr(engine.runs.latest(id), "step", "") == "worktree")
        run.send_signal(number)
        (job,) = engine.runs.jobs()
        wait_until(lambda: any(isinstance(e.event, Note) for e in engine.runs.entries(job)[0]))
    out, err = run.communicate(timeout=60)
    assert run.returncode == code, out + err
    assert not engine.processes.alive(supervisor_of(engine, job))
    assert not agent_started(sleeping)()
    assert status(sleeping, id) == "pending"


@pytest.mark.scenario(Row.SUPERVISOR)
def test_a_supervisor_that_is_killed_is_told(sleeping: Path) -> None:
    id = added(sleeping)
    run = working(sleeping, id)
    wait_until(agent_started(sleeping))
    record = core(sleeping).runs.latest(id)
    assert record
    os.kill(record.supervisor.pid, signal.SIGKILL)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "chant recover" in err
    assert chant(sleeping, "recover").code == 0
    assert status(sleeping, id) == "pending", "its agent had changed nothing"


def test_reset_does_not_ask_about_what_it_will_refuse(sleeping: Path) -> None:
    id = added(sleeping)
    run = working(sleeping, id)
    wait_until(agent_started(sleeping))
    told = chant(sleeping, "reset", id)
    assert told.code == 1
    assert "is being worked" in told.stderr
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)


def test_a_no_is_no_interruption(sleeping: Path) -> None:
    id = added(sleeping)
    run = working(sleeping, id)
    wait_until(agent_started(sleeping))
    record = core(sleeping).runs.latest(id)
    assert record is not None
    (Path(record.worktree) / "made.txt").write_text("by the agent\n")
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    code, told = answered(sleeping, b"n\n", "reset", id)
    assert (code, "nothing was done" in told) == (1, True), told
    assert "interrupted" not in told
    assert status(sleeping, id) == "paused"


def answered(project: Path, answer: bytes, *arguments: str) -> tuple[int, str]:
    """`chant` on a terminal of its own."""
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    run = subprocess.Popen(
        [sys.executable, "-m", "chant_ls.cli", *arguments],
        cwd=project,
        env=environment(project.parent, TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            told += os.read(ours, 1 << 16)
        except OSError:
            break
    os.close(ours)
    return run.wait(60), told.decode()


SHELL = "---\ntype: code\n---\n\n# Make a file\n\n```sh\necho done > done.txt\n```\n\n- [x] Done\n"


def pressed_in_git(project: Path, verb: str, name: str) -> dict[str, str]:
    """An environment in which chant hears the signal the moment a git command has done its work."""
    wrapper = project.parent / "bin" / "git"
    wrapper.parent.mkdir(exist_ok=True)
    real = shutil.which("git")
    press = f'case " $* " in *" {verb} "*) kill -{name} $PPID;; esac'
    wrapper.write_text(f'#!/bin/sh\n{real} "$@"\ncode=$?\n{press}\nexit $code\n')
    wrapper.chmod(0o755)
    user = environment(project.parent)
    return {**user, "PATH": f"{wrapper.parent}:{user['PATH']}"}


def finished(project: Path) -> str:
    """A spec whose branch is ready to be merged."""
    id = "2026-01-29-010-abc"
    (project / ".chant" / "specs" / f"{id}.md").write_text(SHELL)
    git(project, "add", ".")
    git(project, "commit", "-qm", "spec")
    assert chant(project, "work", id).code == 0
    return id


@pytest.mark.parametrize(("name", "code"), [("INT", 130), ("TERM", 143)])
def test_a_merge_that_is_interrupted_once_main_has_moved_is_merged(
    project: Path, name: str, code: int
) -> None:
    id = finished(project)
    told = chant(project, "merge", id, env=pressed_in_git(project, "update-ref", name))
    assert told.code == code, told
    assert git(project, "show", "main:done.txt") == "done\n"
    assert git(project, "status", "--porcelain") == ""
    assert (project / "done.txt").exists()
    assert "merge was finished" in chant(project, "recover").stdout
    assert git(project, "status", "--porcelain") == ""
    assert status(project, id) == "completed"
    assert git(project, "branch", "--list", "chant/*") == ""


@pytest.mark.parametrize("command", ["archive", "cancel"])
def test_a_commit_of_a_spec_that_is_interrupted_is_whole(project: Path, command: str) -> None:
    id = finished(project)
    assert chant(project, "merge", id).code == 0 or command == "cancel"
    if command == "cancel":
        id = added(project)
    told = chant(project, command, id, "-y", env=pressed_in_git(project, "update-ref", "TERM"))
    assert told.code == 143, told
    assert git(project, "status", "--porcelain") == ""
    assert not list((project / ".git").glob("index.*"))


def test_a_rebase_is_not_left_halfway_by_ctrl_c(project: Path) -> None:
    id = finished(project)
    (project / "other.txt").write_text("main went on\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "on main")
    told = chant(project, "merge", id, "--rebase", env=pressed_in_git(project, "rebase", "INT"))
    assert told.code == 130, told
    assert not list((project / ".git" / "worktrees").rglob("*.lock"))
    again = chant(project, "merge", id, "--rebase")
    assert again.code == 0, again
    assert git(project, "show", "main:done.txt") == "done\n"
    assert git(project, "status", "--porcelain") == ""
