"""What a job starts, passes over or refuses while others change the same project."""

import pytest

from chant_ls.cli.story import line_of
from chant_ls.engine.events import Entry, JobFinished, Skipped
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.cancel import CancelRequest, cancel
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, Project, wait_until
from tests.engine.test_jobs import A, B, C, spec, states
from tests.matrix import Row


def events_of(project: Project, job: Job) -> list:
    return [entry.event for entry in project.follow(job.job)]


def reasons(events: list) -> list[str]:
    return [event.reason for event in events if isinstance(event, Skipped)]


@pytest.mark.scenario(Row.CROWDS, way="parallel")
def test_a_running_job_never_starts_what_a_cancel_frees(project):
    """B waits for C, which is cancelled while A runs; the next job may start B."""
    project.add(C, spec("fail"))
    project.run(C)
    project.add(A, spec("wait_for_file edit tick commit"))
    project.add(B, spec(depends_on=f"[{C}]"))
    request = WorkRequest(ids=(A, B), parallel=True, width=1, trusted=True)
    job = verb.work(project.engine(), request)
    assert isinstance(job, Job), job
    wait_until(lambda: len(project.started()) == 1)
    done = cancel(project.app.engine, CancelRequest(C))
    assert done.frees == (B,)
    project.gate.touch()
    events = events_of(project, job)
    assert reasons(events) == [f"{C} was cancelled meanwhile"]
    assert events[-1] == JobFinished(0, completed=1, skipped=1)
    assert states(project, B) == ["pending"]
    assert project.run(B)[-1] == JobFinished(0, completed=1)


@pytest.mark.scenario(Row.CROWDS, way="chain")
def test_what_another_job_works_is_passed_over(project):
    project.add(A, spec("wait_for_file edit tick commit"))
    project.add(B, spec())
    first = project.work(A)
    wait_until(lambda: len(project.started()) == 1)
    events = project.run(A, B, chain=True)
    assert events[-1] == JobFinished(0, completed=1, skipped=1)
    assert "elsewhere" in reasons(events)[0]
    project.gate.touch()
    assert events_of(project, first)[-1].code == 0


@pytest.mark.scenario(Row.CROWDS, way="chain")
def test_what_another_job_takes_at_the_last_moment_is_passed_over(project):
    """Its lock is held, its record does not tell yet."""
    project.add(A, spec())
    project.add(B, spec())
    with project.app.engine.runs.lock(A):
        events = project.run(A, B, chain=True)
    assert events[-1] == JobFinished(0, completed=1, skipped=1)
    assert states(project, A, B) == ["pending", "completed"]


def test_a_chain_passes_over_what_is_done(project):
    project.run(ID, merge=True)
    project.add(A, spec(depends_on=f"[{ID}]"))
    events = project.run(ID, A, chain=True)
    assert events[-1] == JobFinished(0, completed=1, skipped=1)
    assert reasons(events) == ["it is completed already"]


@pytest.mark.scenario(Row.GROUPS)
def test_members_of_a_driver_are_worked_in_the_order_of_their_dependencies(project):
    project.add(A, "---\ntype: driver\n---\n\n# Driver\n")
    project.add(f"{A}.1", spec(depends_on=f"[{A}.2]"))
    project.add(f"{A}.2", spec(depends_on="[]"))
    events = project.run(A)
    assert events[-1] == JobFinished(0, completed=2)
    assert project.record(f"{A}.1").state is RunState.MERGED


def test_a_bug_before_a_run_begins_is_told_and_leaves_no_lock(project):
    project.run(does="fail")
    folder = project.app.engine.runs.folder / "snapshots"
    folder.rename(folder.with_name("away"))
    folder.write_text("in the way")
    project.add(A, spec("wait_for_file edit tick commit"))
    refusal = project.work(A)
    assert isinstance(refusal, Refusal)
    assert "internal error" in refusal.message
    assert "Traceback" in project.log(A)
    held = project.app.engine.runs.lock(A)
    assert not isinstance(held, Refusal)
    held.release()


@pytest.mark.scenario(Row.CHAINS, way="chain")
def test_a_job_counts_each_spec_as_what_became_of_it(project):
    project.add(A, spec("edit commit"))
    project.add(B, spec("edit tick commit"))
    project.add(C, spec("fail"))
    (project.repo.root / f"{B}.txt").write_text("in the way of its merge")
    events = project.run(A, B, C, chain=True, keep_going=True)
    assert events[-1] == JobFinished(1, failed=1, not_merged=1, needs_attention=1)
    told = line_of(Entry(events[-1], "", "", ""))
    assert told == "0 completed, 1 completed but not merged, 1 needs attention, 1 failed, 0 skipped"
