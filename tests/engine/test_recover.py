"""Kill -9 of the supervisor at every recorded step, then recover twice (execution.md 12: 9)."""

import json
import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.operations.doctor import doctor
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.engine.operations.reset import ResetRequest, WasReset, reset
from chant_ls.engine.records import ProcessId
from chant_ls.engine.run import STEPS
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, Project, make_project, supervised, wait_until
from tests.matrix import Row

NAMES = [step.name for step in STEPS]
BEFORE_AGENT = NAMES[: NAMES.index("agent") + 1]
BRANCH = f"chant/{ID}"


def kill_at(project: Project, step: str, does: str = "edit tick commit", merge: bool = True):
    engine = project.app.engine
    request = WorkRequest(ids=(ID,), merge=merge, trusted=True)
    job = "20260101T000000Z-test"
    engine.runs.keep_job(job, {"request": request.to_json(), "batch": False, "width": 1})
    engine = replace(project.engine(does), fault=lambda at: die() if at == step else None)
    child = os.fork()
    if child == 0:
        supervised(engine, job, os.open(os.devnull, os.O_WRONLY))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def recovered(project: Project) -> tuple[str, ...]:
    done = recover(project.app.engine, RecoverRequest())
    assert isinstance(done, Recovered), done
    return done.actions


def assert_second_does_nothing(project: Project) -> None:
    before = (project.repo.picture(), project.record(), project.repo.git("for-each-ref"))
    assert recovered(project) == ()
    assert (project.repo.picture(), project.record(), project.repo.git("for-each-ref")) == before


@pytest.mark.parametrize("step", [*NAMES, "running", "close"])
@pytest.mark.scenario(Row.SUPERVISOR)
def test_killed_before_the_merge(project, step):
    before = project.repo.picture()
    kill_at(project, step)
    assert project.repo.picture() == before
    assert project.app.load().status(ID) == "needs_attention", "said before anyone recovered"
    assert recovered(project)
    project.assert_no_child_lives()
    status = project.app.load().status(ID)
    if step in BEFORE_AGENT:
        assert status == "pending"
        assert project.repo.git("branch", "--list", BRANCH) == ""
        assert project.repo.picture() == before
    elif step == "close":
        assert status == "completed"
        assert project.record().merged == project.repo.git("rev-parse", "main")
    elif step != "running":
        assert status == "needs_attention"
        assert project.repo.picture() == before
        assert (Path(project.record().worktree) / f"{ID}.txt").read_text() == f"work of {ID}\n"
    assert_second_does_nothing(project)
    assert project.app.engine.runs.lock(ID).release() is None


@pytest.mark.parametrize("step", ["merge", "merged"])
@pytest.mark.scenario(Row.SUPERVISOR)
def test_killed_in_the_merge(either, step):
    kill_at(either, step)
    assert recovered(either)
    assert either.app.load().run(ID).merged
    assert either.repo.git("status", "--porcelain") == ""
    assert "status: completed" in either.spec_path().read_text()
    assert (either.repo.root / f"{ID}.txt").read_text() == f"work of {ID}\n"
    assert_second_does_nothing(either)


@pytest.mark.parametrize("step", ["prompt", "running", "commit", "close"])
def test_killed_in_local_mode(tmp_path, step):
    project = make_project(tmp_path, tracked=False)
    before = project.repo.picture()
    kill_at(project, step, does="edit tick", merge=False)
    recovered(project)
    project.assert_no_child_lives()
    assert project.repo.picture() == before
    assert_second_does_nothing(project)


@pytest.mark.scenario(Row.SUPERVISOR)
def test_an_agent_that_outlived_its_supervisor_is_ended(project):
    kill_at(project, "running", does="edit orphan_meek wait_for_file")
    wait_until(lambda: len(project.started()) > 1)
    assert any("ended" in line for line in recovered(project))
    project.assert_no_child_lives()
    assert project.app.load().status(ID) == "needs_attention"


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FAILED])
def test_who_got_the_pid_of_an_agent_is_not_ended(project, state):
    kill_at(project, "commit")
    engine = project.app.engine
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    taken = ProcessId(stranger.pid, "another boot:1")
    engine.runs.write(replace(project.record(), state=state, agent=taken))
    if state is RunState.RUNNING:
        assert not any("ended" in line for line in recovered(project))
    done = reset(engine, ResetRequest(ID, confirmed=True))
    assert isinstance(done, WasReset), done
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def locked(project: Project, tmp_path: Path, filter: str) -> Path:
    """A worktree whose new file no git can add without running `filter`."""
    project.run(does="edit fail")
    script = tmp_path / "filter"
    script.write_text(f"#!/bin/sh\n{filter}\ncat\n")
    script.chmod(0o755)
    project.repo.git("config", "filter.slow.clean", str(script))
    tree = Path(project.record().worktree)
    (tree / ".gitattributes").write_text("*.slow filter=slow\n")
    (tree / "a.slow").write_text("a\n")
    return tree


def locks(project: Project) -> list[Path]:
    return list((project.repo.top / ".git/worktrees").rglob("*.lock"))


@pytest.mark.scenario(Row.LOCKS)
def test_a_lock_of_a_killed_git_stands_in_nobodys_way(project, tmp_path):
    tree = locked(project, tmp_path, "kill -9 $PPID")
    engine = project.app.engine
    assert isinstance(reset(engine, ResetRequest(ID, confirmed=True)), Refusal)
    assert locks(project)
    assert "index.lock" in str([c.message for c in doctor(engine).checks if c.name == "lock"])
    assert any(str(tree) in line for line in recovered(project))
    assert not locks(project)
    assert isinstance(reset(engine, ResetRequest(ID, confirmed=True)), Refusal), "killed again"
    project.repo.git("config", "--unset", "filter.slow.clean")
    done = reset(engine, ResetRequest(ID, confirmed=True))
    assert isinstance(done, WasReset), done
    assert project.repo.git("show", f"{done.kept}:a.slow") == "a"


@pytest.mark.scenario(Row.LOCKS)
def test_a_lock_that_a_git_holds_is_left_to_it(project, tmp_path):
    gate = tmp_path / "open"
    tree = locked(project, tmp_path, f"while [ ! -e {gate} ]; do sleep 0.05; done")
    with subprocess.Popen(["git", "add", "-A"], cwd=tree, env=project.repo.env) as users:
        wait_until(lambda: locks(project) != [])
        assert recovered(project) == ()
        assert locks(project)
        gate.touch()
    assert users.returncode == 0


def test_a_run_of_a_newer_chant_is_not_worked_over(project):
    project.run(does="edit tick commit")
    file = project.app.engine.runs.folder / "runs" / f"{ID}-r1.json"
    newer = {**json.loads(file.read_text()), "state": "integrating", "version": 2}
    file.write_text(json.dumps(newer))
    assert project.app.load().status(ID) == "needs_attention"
    refusal = project.work(fresh=True)
    assert isinstance(refusal, Refusal) and "needs_attention" in refusal.message.replace(" ", "_")
    assert recovered(project) == ()
    assert json.loads(file.read_text()) == newer
    done = reset(project.app.engine, ResetRequest(ID, confirmed=True))
    assert isinstance(done, WasReset) and done.kept, "its branch is not forgotten"
    project.run(does="edit tick commit")
    assert project.record().attempt == 2


def test_work_after_a_kill_starts_over_by_itself(project):
    kill_at(project, "prompt")
    events = project.run(does="edit tick commit", merge=True)
    assert events[-1].code == 0
    assert project.record().attempt == 2


def test_a_dry_run_changes_nothing(project):
    kill_at(project, "commit")
    before = project.record()
    told = recover(project.app.engine, RecoverRequest(dry_run=True))
    assert not isinstance(told, Refusal)
    assert len(told.actions) == 1
    assert project.record() == before
