"""What a batch takes, in which order, and what it tries again."""

import json

import pytest

from chant_ls.engine.events import AgentEnded, AgentStarted, Finished, JobFinished, Note, Skipped
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.ranking import ranks
from chant_ls.engine.scheduler import Plan, plan
from chant_ls.model.config import from_mapping
from chant_ls.model.refusal import Refusal
from tests.engine.project import ID, Project, wait_until
from tests.engine.test_jobs import A, B, C, notes, spec, states
from tests.matrix import Row


def order(project: Project, **wishes: object) -> list[str]:
    made = plan(project.app.load(), WorkRequest(**wishes))  # type: ignore[arg-type]
    assert isinstance(made, Plan), made
    return list(made.ids)


def retry(project: Project, **values: object) -> None:
    configured(project, "project:", f"retry: {json.dumps(values)}\nproject:")


def agents(events: list) -> int:
    return sum(isinstance(event, AgentStarted) for event in events)


# which, and in which order


def test_those_come_first_for_which_the_most_wait(project):
    project.add(A, spec())
    project.add(B, spec())
    project.add(C, spec(depends_on=f"[{B}]"))
    project.add(f"{B}-more", spec(depends_on=f"[{C}]"))
    assert order(project, parallel=True) == [B, C, ID, A, f"{B}-more"]
    assert ranks(project.app.load(), (A, B, C)) == {A: 0, B: 1, C: 0}


def test_a_circle_has_some_order(project):
    project.add(A, spec(depends_on=f"[{B}]"))
    project.add(B, spec(depends_on=f"[{A}]"))
    assert set(order(project, parallel=True)) == {ID, A, B}


def test_a_chain_of_a_label_follows_the_dependencies(project):
    project.add(A, spec(labels="[v1]", depends_on=f"[{B}]"))
    project.add(B, spec(labels="[v1]"))
    events = project.run_chain("v1")
    assert events[-1] == JobFinished(0, completed=2)
    assert states(project, ID, A, B) == ["pending", "completed", "completed"]


@pytest.mark.scenario(Row.CROWDS, way="parallel")
def test_once_takes_only_what_is_ready_now(project):
    project.add(A, spec())
    project.add(B, spec(depends_on=f"[{A}]"))
    events = project.run_all(once=True)
    assert events[-1] == JobFinished(0, completed=2, skipped=1)
    assert [event.reason for event in events if isinstance(event, Skipped)]
    assert states(project, ID, A, B) == ["completed", "completed", "pending"]


@pytest.mark.scenario(Row.GROUPS, way="parallel")
def test_a_driver_with_criteria_of_its_own_is_worked_last(project):
    project.add(A, spec().replace("type: code", "type: driver"))
    project.add(f"{A}.1", spec())
    project.add(
        B, "---\ntype: driver\n---\n\n# Holds nobody\n\n## Acceptance Criteria\n\n- [ ] x\n"
    )
    events = project.run_all()
    assert events[-1] == JobFinished(0, completed=3)
    assert states(project, A, f"{A}.1", B) == ["completed", "completed", "pending"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"ids": (ID,), "labels": ("v1",)},
        {"ids": (ID,), "chain": True, "parallel": True},
        {"ids": (ID,), "resume": True, "fresh": True},
    ],
)
def test_wishes_that_exclude_each_other_are_refused(project, wishes):
    answer = verb.work(project.engine(), WorkRequest(trusted=True, **wishes))
    assert isinstance(answer, Refusal)
    assert project.app.engine.runs.latest(ID) is None


# how many at once


def at_once(events: list) -> int:
    """How many agents were at work at one time."""
    now = most = 0
    for event in events:
        now += isinstance(event, AgentStarted) - isinstance(event, AgentEnded)
        most = max(most, now)
    return most


def configured(project: Project, old: str, new: str) -> None:
    path = project.repo.root / ".chant" / "config.md"
    project.repo.commit({".chant/config.md": path.read_text().replace(old, new, 1)}, "config")


@pytest.mark.scenario(Row.CROWDS, way="parallel")
def test_an_agent_has_no_more_runs_than_slots(project):
    other = "  other:\n    command: [true]\n    slots: 3\n"
    configured(project, "    timeout:", "    slots: 1\n    timeout:")
    configured(project, "  fixer:\n", f"{other}  fixer:\n")
    for id in (A, B):
        project.add(id, spec())
    events = project.run_all()
    assert (events[-1], at_once(events)) == (JobFinished(0, completed=3), 1)


def test_a_number_that_the_user_gives_is_obeyed_where_no_slots_are_configured(project):
    ids = (A, B, C)
    for id in ids:
        project.add(id, spec("wait_for_file edit tick commit"))
    job = project.work(*ids, parallel=True, width=3)
    wait_until(lambda: len(project.started()) == 3)
    project.gate.touch()
    assert project.follow(job.job)[-1].event.code == 0


def test_slots_that_are_configured_bind_every_wish_and_it_is_told(project):
    configured(project, "    timeout:", "    slots: 1\n    timeout:")
    for id in (A, B):
        project.add(id, spec())
    events = project.run_all(width=3)
    assert (events[-1], at_once(events)) == (JobFinished(0, completed=3), 1)
    (why,) = (event.text for event in events if isinstance(event, Note))
    assert why.startswith("no more than 1 at once, not 3") and "`providers.fixer.slots: 1`" in why


def test_runs_of_another_job_take_slots_too(project):
    """B may not start beside A: the other slot of their agent is taken by ID's job."""
    project.add(A, spec("wait_for_file edit tick commit"))
    project.add(B, spec("edit tick commit"))
    project.add(C, spec("wait_for_file edit tick commit"))
    other = project.work(C)
    wait_until(lambda: len(project.started()) == 1)
    mine = project.work(A, B, parallel=True)
    wait_until(lambda: len(project.started()) == 2)
    project.gate.touch()
    events = [entry.event for entry in project.follow(mine.job)]
    assert (events[-1], at_once(events)) == (JobFinished(0, completed=2), 1)
    assert project.follow(other.job)[-1].event.code == 0


def test_starts_keep_their_distance(project):
    """An hour between them: none begins beside another, and nobody waits where none is at work."""
    configured(project, "project:", "parallel: {stagger_delay_ms: 3600000}\nproject:")
    for id in (A, B):
        project.add(id, spec())
    events = project.run_all(width=3)
    assert (events[-1], at_once(events)) == (JobFinished(0, completed=3), 1)


# tried again


def test_what_passes_is_tried_again_where_it_stopped(project):
    retry(project, delay_ms=0)
    events = project.run(does="edit busy_once tick")
    assert agents(events) == 2
    assert "(1 of 2)" in "".join(event.text for event in events if isinstance(event, Note))
    assert [event.state for event in events if isinstance(event, Finished)] == [
        "failed",
        "completed",
    ]
    assert events[-1] == JobFinished(0, completed=1)
    assert project.record().attempt == 2


@pytest.mark.parametrize(
    ("does", "values", "starts"),
    [
        ("busy", {"times": 2, "delay_ms": 0}, 3),
        ("busy", {"times": 0}, 1),
        ("fail", {"delay_ms": 0}, 1),
        ("die", {"delay_ms": 0}, 1),
        ("grumpy", {"delay_ms": 0, "times": 1, "patterns": ["not today"]}, 2),
        ("grumpy", {"delay_ms": 0}, 1),
    ],
)
def test_nothing_is_tried_for_ever(project, does, values, starts):
    retry(project, **values)
    events = project.run(does=does)
    assert agents(events) == starts
    assert events[-1] == JobFinished(1, failed=1)
    assert states(project, ID) == ["failed"]


def test_an_interrupted_job_tries_nothing_again(project):
    retry(project, delay_ms=3_600_000)
    job = project.work(does="busy")
    wait_until(lambda: notes(project, job.job) == 1)
    verb.interrupt(project.app.engine, job.job)
    events = [entry.event for entry in project.follow(job.job)]
    assert agents(events) == 1
    assert events[-1] == JobFinished(130, failed=1)


def test_a_retry_is_read_and_told_wrong_where_it_is():
    config = from_mapping({"retry": {"times": "3", "delay_ms": "5", "patterns": ("x",)}})
    assert config.retry == (3, 5, ("x",)) and not config.problems
    assert from_mapping({"retry": {"tries": "3"}}).problems
