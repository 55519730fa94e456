"""`pause`: the agent stops, everything is kept, `resume` goes on."""

from chant_ls.engine.jobs import Job
from chant_ls.engine.operations.pause import Paused, pause
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, Project, wait_until


def test_paused_and_resumed(project: Project) -> None:
    job = project.work(does="edit hang")
    assert isinstance(job, Job), job
    wait_until(lambda: bool(project.started()))
    paused = pause(project.app.engine, "001-abc")
    assert isinstance(paused, Paused) and paused.branch == f"chant/{ID}"
    assert project.record().state is RunState.PAUSED
    project.assert_no_child_lives()
    again = pause(project.app.engine, ID)
    assert isinstance(again, Refusal) and "not being worked" in again.message
    project.run(does="tick", resume=True)
    assert project.record().state is RunState.COMPLETED


def test_an_agent_does_not_pause_others(project: Project) -> None:
    project.env["CHANT_ROLE"] = "worker"
    assert isinstance(pause(project.app.engine, ID), Refusal)
