"""Several specs, several users, and the verbs that stop (execution.md 12: 5, 6 in part; C9)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chant_ls.analysis.readiness import effective_status
from chant_ls.engine.events import Finished, JobFinished, Note, Skipped
from chant_ls.engine.jobs import Job
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.approve import ApproveRequest, approve
from chant_ls.engine.operations.cancel import CancelRequest, cancel
from chant_ls.engine.operations.log import LogRequest, log, tail
from chant_ls.engine.operations.reset import ResetRequest, WasReset, reset
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, SPEC, Project, make_project, wait_until
from tests.matrix import Row

A, B, C = (f"2026-02-01-00{n}-xyz" for n in (1, 2, 3))
BRANCH = f"chant/{ID}"


def spec(does: str = "edit tick commit", **fields: str) -> str:
    rows = "".join(f"{name}: {value}\n" for name, value in {"type": "code", **fields}.items())
    return f"---\n{rows}---\n\n# A spec\n\nDOES: {does}\n\n## Acceptance Criteria\n\n- [ ] Done\n"


def states(project: Project, *ids: str) -> list[str]:
    snapshot = project.app.load()
    return [str(snapshot.status(id)) for id in ids]


def notes(project: Project, job: str) -> int:
    entries, _ = project.app.engine.runs.entries(job)
    return sum(isinstance(entry.event, Note) for entry in entries)


@pytest.mark.scenario(Row.CHAINS, way="chain")
def test_a_chain_merges_as_it_goes_so_that_the_next_can_start(project):
    project.add(A, spec())
    project.add(B, spec(depends_on=f"[{A}]"))
    project.add(C, spec(depends_on=f"[{B}]"))
    events = project.run(A, B, C, chain=True)
    assert events[-1] == JobFinished(0, completed=3)
    assert all(project.record(id).state is RunState.MERGED for id in (A, B, C))
    assert project.repo.git("status", "--porcelain") == ""


@pytest.mark.scenario(Row.CHAINS, way="chain")
def test_a_chain_stops_at_the_first_failure(project):
    for id, does in ((A, "edit tick commit"), (B, "fail"), (C, "edit tick commit")):
        project.add(id, spec(does))
    events = project.run(A, B, C, chain=True)
    assert events[-1] == JobFinished(1, completed=1, failed=1, skipped=1)
    assert [e.reason for e in events if isinstance(e, Skipped)] == [f"{B} did not complete"]
    assert states(project, A, B, C) == ["completed", "failed", "pending"]


@pytest.mark.scenario(Row.CHAINS, way="chain")
def test_a_chain_that_keeps_going_leaves_out_what_depends_on_a_failure(project):
    project.add(A, spec("fail"))
    project.add(B, spec(depends_on=f"[{A}]"))
    project.add(C, spec())
    events = project.run(A, B, C, chain=True, keep_going=True)
    assert events[-1] == JobFinished(1, completed=1, failed=1, skipped=1)
    assert states(project, A, B, C) == ["failed", "pending", "completed"]


@pytest.mark.scenario(Row.CROWDS, way="parallel")
def test_parallel_works_all_that_come_to_be_ready(project):
    project.add(A, spec(labels="[v1]"))
    project.add(B, spec(labels="[v1]"))
    project.add(C, spec(labels="[v1]", depends_on=f"[{A}]"))
    events = project.run_all(width=2, labels=("v1",))
    assert events[-1] == JobFinished(0, completed=3)
    assert states(project, ID, A, B, C) == ["pending", "completed", "completed", "completed"]


@pytest.mark.scenario(Row.GROUPS)
def test_a_driver_stands_for_its_members(project):
    project.add(A, "---\ntype: driver\n---\n\n# Driver\n")
    project.add(f"{A}.1", spec())
    project.add(f"{A}.2", spec())
    events = project.run(A)
    assert events[-1] == JobFinished(0, completed=2)
    assert effective_status(project.app.load(), A) == "completed"


@pytest.mark.scenario(Row.TWENTY)
def test_of_twenty_at_once_exactly_one_works(tmp_path):
    """Twenty supervisors of their own contend for the lock of the spec."""
    project = make_project(tmp_path, timeout=300)
    with ThreadPoolExecutor(20) as pool:
        does = "wait_for_file edit tick commit"
        calls = [pool.submit(project.work, does=does, real=True) for _ in range(20)]
        answers = [call.result() for call in calls]
    (job,) = [answer for answer in answers if isinstance(answer, Job)]
    refusals = [answer.message for answer in answers if isinstance(answer, Refusal)]
    assert all("is being worked" in message for message in refusals), refusals
    project.gate.touch()
    project.follow(job.job)
    assert project.record().attempt == 1
    assert len(project.started()) == 1
    project.assert_no_child_lives()


def test_cancel_stops_the_agent_and_keeps_its_work(either):
    job = either.work(does="edit orphan_meek wait_for_file")
    assert isinstance(job, Job)
    wait_until(lambda: len(either.started()) == 2)
    asked = cancel(either.app.engine, CancelRequest(ID))
    assert isinstance(asked, Refusal)
    done = cancel(either.app.engine, CancelRequest("001-abc", confirmed=True))
    assert done.stopped
    assert (Path(done.worktree) / f"{ID}.txt").exists()
    assert either.repo.git("show", f"{BRANCH}:{ID}.txt") == f"work of {ID}"
    assert states(either, ID) == ["cancelled"]
    assert "status: cancelled" in either.spec_path().read_text()
    assert either.repo.git("status", "--porcelain") == ""
    either.follow(job.job)
    either.assert_no_child_lives()


def test_cancel_tells_what_it_frees(project):
    project.add(A, spec(depends_on=f"[{ID}]"))
    done = cancel(project.app.engine, CancelRequest(ID))
    assert (done.frees, done.stopped) == ((A,), False)


@pytest.mark.parametrize(("signals", "state"), [(("TERM",), "paused"), (("INT", "INT"), "paused")])
@pytest.mark.scenario(Row.CHAINS)
def test_an_interrupted_run_is_paused(project, signals, state):
    job = project.work(does="edit wait_for_file")
    wait_until(lambda: len(project.started()) == 1)
    for count, name in enumerate(signals, 1):
        assert verb.interrupt(project.app.engine, job.job, name)
        wait_until(lambda count=count: notes(project, job.job) >= count)
    events = [entry.event for entry in project.follow(job.job)]
    assert events[-1].code == (143 if "TERM" in signals else 130)
    assert states(project, ID) == [state]
    project.assert_no_child_lives()


@pytest.mark.scenario(Row.CHAINS, way="chain")
def test_one_interrupt_lets_the_run_end(project):
    project.add(A, spec())
    job = project.work(ID, A, does="wait_for_file edit tick commit", chain=True)
    wait_until(lambda: len(project.started()) == 1)
    verb.interrupt(project.app.engine, job.job)
    project.gate.touch()
    events = [entry.event for entry in project.follow(job.job)]
    assert events[-1] == JobFinished(130, completed=1, skipped=1)
    assert states(project, ID, A) == ["completed", "pending"]


def test_each_merge_of_a_spec_keeps_where_main_was(project):
    tips = []
    for does in ("edit tick commit", "edit_shared tick stage_all"):
        tips.append(project.repo.git("rev-parse", "main"))
        project.run(does=does, merge=True)
        assert isinstance(reset(project.app.engine, ResetRequest(ID)), WasReset)
    kept = [f"refs/chant/undo/{ID}-r{attempt}" for attempt in (1, 2)]
    assert project.repo.git("rev-parse", *kept).split() == tips


def test_reset_puts_work_aside_and_loses_none(project):
    project.run(does="edit fail")
    refusal = reset(project.app.engine, ResetRequest(ID))
    assert isinstance(refusal, Refusal)
    assert "-y" in refusal.hint
    done = reset(project.app.engine, ResetRequest(ID, confirmed=True))
    assert done.kept == f"{BRANCH}.attempt-1"
    assert project.repo.git("show", f"{done.kept}:{ID}.txt") == f"work of {ID}"
    assert states(project, ID) == ["pending"]
    assert project.run(does="edit tick commit")[-1].code == 0


def test_log_of_every_attempt(project):
    project.run(does="fail")
    project.run(does="edit tick commit", resume=True)
    engine = project.app.engine
    latest = log(engine, LogRequest(ID))
    assert "doing edit" in latest.text
    assert "doing fail" not in latest.text
    assert "doing fail" in log(engine, LogRequest(ID, run="1")).text
    assert log(engine, LogRequest(ID, lines=1)).text.endswith("# run completed\n")
    assert "has no run 7" in str(log(engine, LogRequest(ID, run="7")))
    assert (tail(engine, latest).text, tail(engine, latest).running) == ("", False)


def test_approval_opens_the_way(project):
    project.add(ID, SPEC.replace("type: code", "type: code\napproval:\n  required: true"))
    assert "approv" in str(project.work())
    approve(project.app.engine, ApproveRequest(ID, "Ann", approved=False, reason="too wide"))
    assert "rejected by Ann: too wide" in project.spec_path().read_text()
    assert isinstance(project.work(), Refusal)
    approve(project.app.engine, ApproveRequest(ID, "Ann"))
    assert project.repo.git("status", "--porcelain") == ""
    assert isinstance(project.run()[-2], Finished)
    assert states(project, ID) == ["completed"]
