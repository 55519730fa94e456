"""Kill -9 of supervisor, agent and both, tracked and local, through single, chain and parallel
(execution.md 12: 9). Whoever was killed when: what is told is true, no work is lost, a second
recover does nothing, and what is left can be worked to its end."""

import os
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.engine.events import AgentEnded, Finished, JobFinished
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.merge import MergeRequest, MergeResult, merge
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.engine.run import STEPS
from chant_ls.model.runs import LIVE_STATES, RunState
from tests.engine.project import Project, make_project, supervised, wait_until
from tests.engine.test_jobs import A, B, spec, states
from tests.matrix import MODES, WAYS, Row

NAMES = [step.name for step in STEPS]
EVERY = [*NAMES, "running", "close", "integrate", "merge", "merged"]
TELLING = ("worktree", "running", "commit", "close", "merge", "merged")
KILLS = [
    *(("local", "single", step) for step in EVERY),
    *(("tracked", "chain", step) for step in EVERY),
    *(("local", "parallel", step) for step in EVERY),
    *(("local", "chain", step) for step in ("running", "complete", "merged")),
    *(("tracked", "parallel", step) for step in ("running", "complete", "merged")),
]
JOB = "20260101T000000Z-test"
REQUESTS = {
    "single": WorkRequest((A,), merge=True, trusted=True),
    "chain": WorkRequest((A, B), chain=True, trusted=True),
    "parallel": WorkRequest((A, B), parallel=True, width=2, trusted=True),
}


def made(folder: Path, mode: str, way: str, does: str = "edit tick_whole") -> Project:
    project = make_project(folder, tracked=mode == "tracked")
    for id in REQUESTS[way].ids:
        project.add(id, spec(does))
    return project


def started(project: Project, way: str) -> str:
    """A job whose agents wait; in a chain that of the first spec."""
    job = verb.work(project.engine(), REQUESTS[way])
    assert isinstance(job, Job), job
    working = REQUESTS[way].ids if way == "parallel" else (A,)
    wait_until(lambda: len(project.started()) == len(working))
    wait_until(lambda: states(project, *working) == ["in_progress"] * len(working))
    return job.job


def kill_at(project: Project, way: str, step: str) -> None:
    """The supervisor dies where a run comes to a step; in a chain, where the second does."""
    met: Counter[str] = Counter()

    def fault(at: str) -> None:
        met[at] += 1
        if met[step] == (2 if way == "chain" else 1):
            os.kill(os.getpid(), signal.SIGKILL)

    engine = project.engine()
    plan = {"batch": way != "single", "width": 2 if way == "parallel" else 1}
    engine.runs.keep_job(JOB, {"request": REQUESTS[way].to_json(), **plan})
    child = os.fork()
    if child == 0:
        supervised(replace(engine, fault=fault), JOB, os.open(os.devnull, os.O_WRONLY))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def assert_told_true(project: Project, ids: Iterable[str]) -> None:
    """Also before anyone recovers."""
    for id in ids:
        record = project.app.engine.runs.latest(id)
        if record and record.state in LIVE_STATES:
            done = record.state is RunState.MERGING
            assert states(project, id) == ["completed" if done else "needs_attention"]
        if record and record.state is RunState.MERGED:
            assert project.repo.git("show", f"main:{id}.txt") == f"work of {id}"


def assert_work_kept(project: Project, job: str) -> None:
    entries, _ = project.app.engine.runs.entries(job)
    for id in {entry.spec for entry in entries if isinstance(entry.event, AgentEnded)}:
        places = (f"main:{id}.txt", f"chant/{id}:{id}.txt")
        kept = [project.repo.git("show", place, ok=False) for place in places]
        file = Path(project.record(id).worktree) / f"{id}.txt"
        assert f"work of {id}" in [*kept, file.read_text().strip() if file.exists() else ""]


def assert_recovered(project: Project, ids: Iterable[str]) -> None:
    done = recover(project.app.engine, RecoverRequest())
    assert isinstance(done, Recovered) and done.actions, done
    project.assert_no_child_lives()
    assert project.repo.git("status", "--porcelain") == ""
    assert not list((project.repo.top / ".git").rglob("index.lock"))
    before = picture(project)
    assert recover(project.app.engine, RecoverRequest()) == Recovered()
    assert picture(project) == before
    for id in ids:
        record = project.app.engine.runs.latest(id)
        assert record is None or record.state not in LIVE_STATES


def picture(project: Project) -> tuple[object, ...]:
    records = project.app.engine.runs.newest()
    return project.repo.picture(), records, project.repo.git("for-each-ref")


def finish(project: Project, id: str) -> None:
    """What a user does with it, by how it stands."""
    project.gate.touch()
    snapshot = project.app.load()
    status, run = snapshot.status(id), snapshot.run(id)
    if status == "completed" and run and run.unmerged:
        assert isinstance(merge(project.app.engine, MergeRequest((id,))), MergeResult)
    elif status != "completed":
        events = project.run(id, merge=True, resume=status != "pending")
        assert events[-1] == JobFinished(0, completed=1), events


def assert_ends_well(project: Project, ids: Iterable[str]) -> None:
    for id in ids:
        finish(project, id)
        assert project.record(id).state is RunState.MERGED
        assert (project.repo.root / f"{id}.txt").read_text() == f"work of {id}\n"
        assert "status: completed" in project.spec_path(id).read_text()
    assert project.repo.git("status", "--porcelain") == ""
    assert project.repo.git("branch", "--list", "chant/*") == ""
    assert len(project.repo.git("worktree", "list").splitlines()) == 1


@pytest.mark.scenario(Row.SUPERVISOR)
@pytest.mark.parametrize(("mode", "way", "step"), KILLS)
def test_the_supervisor(tmp_path: Path, mode: str, way: str, step: str) -> None:
    project = made(tmp_path, mode, way)
    ids = REQUESTS[way].ids
    kill_at(project, way, step)
    assert_told_true(project, ids)
    assert_recovered(project, ids)
    assert_told_true(project, ids)
    assert_work_kept(project, JOB)
    if step in TELLING:
        assert_ends_well(project, ids)


@pytest.mark.scenario(Row.AGENT)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
def test_the_agent(tmp_path: Path, mode: str, way: str) -> None:
    project = made(tmp_path, mode, way, "edit tick wait_for_file")
    ids, job = REQUESTS[way].ids, started(project, way)
    agent = project.record(A).agent
    assert agent
    os.kill(agent.pid, signal.SIGKILL)
    wait_until(lambda: project.record(A).state is RunState.FAILED)
    project.gate.touch()
    ended = [entry for entry in project.follow(job) if isinstance(entry.event, Finished)]
    first = next(entry.event for entry in ended if entry.spec == A)
    assert (first.state, "exit code -9" in first.error) == ("failed", True), first
    others = {"chain": ["pending"], "parallel": ["completed"]}.get(way, [])
    assert states(project, *ids) == ["failed", *others]
    assert_work_kept(project, job)
    project.assert_no_child_lives()
    assert recover(project.app.engine, RecoverRequest()) == Recovered()
    assert_ends_well(project, ids)


@pytest.mark.scenario(Row.BOTH)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
def test_both(tmp_path: Path, mode: str, way: str) -> None:
    project = made(tmp_path, mode, way, "edit tick wait_for_file")
    ids, job = REQUESTS[way].ids, started(project, way)
    touched = ids if way == "parallel" else ids[:1]
    supervisor, agents = project.record(A).supervisor, [project.record(id).agent for id in touched]
    for process in (supervisor, *agents):
        assert process
        os.kill(process.pid, signal.SIGKILL)
    os.waitpid(supervisor.pid, 0)
    wait_until(lambda: not any(project.app.engine.processes.alive(agent) for agent in agents))
    assert_told_true(project, ids)
    assert [entry for entry in project.follow(job) if isinstance(entry.event, JobFinished)] == []
    assert_recovered(project, ids)
    assert states(project, *touched) == ["needs_attention"] * len(touched)
    for id in touched:
        assert (Path(project.record(id).worktree) / f"{id}.txt").read_text() == f"work of {id}\n"
    assert_ends_well(project, ids)
