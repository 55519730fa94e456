"""Signals to `chant work`, from its first moment to the end of its supervisor."""

import os
import pty
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


def test_term_pauses_what_runs(sleeping: Path) -> None:
    id = added(sleeping)
    run = working(sleeping, id)
    wait_until(agent_started(sleeping))
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 143, out + err
    assert status(sleeping, id) == "paused"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
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
