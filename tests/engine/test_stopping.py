"""A wish to stop meets a run that is about to end, has ended, or has lost its supervisor."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue

import pytest

from chant_ls.engine.events import Note, Output
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.approve import ApproveRequest, approve
from chant_ls.engine.operations.cancel import Cancelled, CancelRequest, cancel
from chant_ls.engine.operations.recover import RecoverRequest, recover
from chant_ls.engine.scheduler import Plan, Queue
from chant_ls.engine.stops import StopToken
from chant_ls.engine.supervisor import Supervisor
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, ForkLauncher, Project, wait_until
from tests.engine.test_recover import kill_at

BRANCH = f"chant/{ID}"


@contextmanager
def held_at(project: Project, step: str, merge: bool = True) -> Iterator[Job]:
    """A run whose supervisor waits before a step until the block is left."""
    there, gate = project.gate.with_name("there"), project.gate.with_name("go-on")

    def fault(at: str) -> None:
        if at == step:
            there.touch()
            wait_until(gate.exists)

    engine = replace(project.engine("edit tick commit"), fault=fault)
    engine = replace(engine, launcher=ForkLauncher(engine))
    job = verb.work(engine, WorkRequest(ids=(ID,), merge=merge, trusted=True))
    assert isinstance(job, Job), job
    wait_until(there.exists)
    try:
        yield job
    finally:
        gate.touch()
        project.follow(job.job)


def cancelled_while_held(project: Project, step: str) -> Cancelled | Refusal:
    engine = project.app.engine
    with ThreadPoolExecutor(1) as pool:
        with held_at(project, step):
            run = project.record().run
            answer = pool.submit(cancel, engine, CancelRequest(ID, confirmed=True))
            wait_until(lambda: engine.runs.asked_stop(run) != "")
        return answer.result()


def test_a_wish_between_criteria_and_completion_is_heard(project):
    done = cancelled_while_held(project, "complete")
    assert isinstance(done, Cancelled), done
    assert project.record().state is RunState.CANCELLED
    assert project.app.load().status(ID) == "cancelled"
    assert "Chant-Op: complete" not in project.repo.git("log", BRANCH)


def test_a_wish_that_came_too_late_is_refused(project):
    refusal = cancelled_while_held(project, "close")
    assert isinstance(refusal, Refusal), refusal
    assert "had completed before" in refusal.message
    assert project.record().state is RunState.COMPLETED
    stays_completed(project)


def test_a_merge_that_is_going_on_is_not_cancelled(project):
    with held_at(project, "merge"):
        refusal = cancel(project.app.engine, CancelRequest(ID, confirmed=True))
        assert isinstance(refusal, Refusal) and "is being merged" in refusal.message
    assert project.record().state is RunState.MERGED
    stays_completed(project)


def stays_completed(project: Project) -> None:
    assert project.app.load().status(ID) == "completed"
    assert "status: cancelled" not in project.spec_path().read_text()


def test_what_is_merged_cannot_be_cancelled(project):
    project.run(merge=True)
    refusal = cancel(project.app.engine, CancelRequest(ID, confirmed=True))
    assert isinstance(refusal, Refusal)
    assert "is merged" in refusal.message
    assert "status: completed" in project.spec_path().read_text()


def test_completed_work_that_is_cancelled_stays_on_its_branch(project):
    project.run()
    done = cancel(project.app.engine, CancelRequest(ID))
    assert isinstance(done, Cancelled), done
    assert done.branch == BRANCH
    assert project.repo.git("show", f"{BRANCH}:{ID}.txt") == f"work of {ID}"
    assert project.app.load().status(ID) == "cancelled"


def test_recover_does_not_merge_what_was_cancelled(project):
    kill_at(project, "integrate")
    assert isinstance(cancel(project.app.engine, CancelRequest(ID)), Cancelled)
    main = project.repo.git("rev-parse", "main")
    assert recover(project.app.engine, RecoverRequest()).actions == ()
    assert project.repo.git("rev-parse", "main") == main
    assert project.app.load().status(ID) == "cancelled"


def rejected(project: Project) -> None:
    approve(project.app.engine, ApproveRequest(ID, "Ann", approved=False, reason="no"))


def dropped_by_hand(project: Project) -> None:
    text = project.spec_path().read_text()
    project.spec_path().write_text(text.replace("type: code", "type: code\nstatus: cancelled"))


@pytest.mark.parametrize("decided", [rejected, dropped_by_hand])
def test_recover_asks_what_people_decided_meanwhile(project, decided):
    kill_at(project, "integrate")
    decided(project)
    main = project.repo.git("rev-parse", "main")
    assert "not merged" in str(recover(project.app.engine, RecoverRequest()))
    assert project.repo.git("rev-parse", "main") == main
    assert project.record().state is RunState.COMPLETED


def test_cancel_ends_an_agent_that_outlived_its_supervisor(project):
    kill_at(project, "running", does="edit orphan_meek wait_for_file")
    wait_until(lambda: len(project.started()) == 2)
    refusal = cancel(project.app.engine, CancelRequest(ID))
    assert isinstance(refusal, Refusal)
    assert "-y" in refusal.hint
    done = cancel(project.app.engine, CancelRequest(ID, confirmed=True))
    assert isinstance(done, Cancelled), done
    assert done.stopped
    project.assert_no_child_lives()
    assert project.record().state is RunState.CANCELLED
    assert project.app.load().status(ID) == "cancelled"
    assert project.repo.git("show", f"{BRANCH}:{ID}.txt") == f"work of {ID}"
    assert recover(project.app.engine, RecoverRequest()).actions == ()


def test_a_wish_for_an_earlier_attempt_does_not_stop_the_next(project):
    project.run(does="edit fail")
    engine = project.app.engine
    engine.runs.ask_stop(project.record().run, "cancel")
    plan = Plan((ID,))
    supervisor = Supervisor(engine, "next", WorkRequest(), plan, lambda _: None, SimpleQueue())
    supervisor.stops[ID] = StopToken()
    supervisor._wishes(Queue(plan, (ID,)).started(ID))
    assert supervisor.stops[ID].reason == ""


def test_output_without_end_is_not_kept_without_end(project, monkeypatch):
    monkeypatch.setattr("chant_ls.engine.agent.MOST_OUTPUT", 100_000)
    events = project.run(does="noise edit tick commit")
    assert sum(isinstance(event, Output) for event in events) < 1_100
    assert sum(isinstance(e, Note) and "further output" in e.text for e in events) == 1
    assert events[-1].code == 0
