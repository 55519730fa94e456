"""Kill -9 of the supervisor at every recorded step, then recover twice (execution.md 12: 9)."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.engine.run import STEPS
from chant_ls.model.refusal import Refusal
from tests.engine.project import ID, Project, make_project, supervised, wait_until

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


def test_an_agent_that_outlived_its_supervisor_is_ended(project):
    kill_at(project, "running", does="edit orphan_meek wait_for_file")
    wait_until(lambda: len(project.started()) > 1)
    assert any("ended" in line for line in recovered(project))
    project.assert_no_child_lives()
    assert project.app.load().status(ID) == "needs_attention"


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
