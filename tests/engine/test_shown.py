"""What was shown is what runs: nothing is started whose commands are others meanwhile."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from chant_ls.engine.commands import WorkPlan
from chant_ls.engine.events import JobFinished, Skipped
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import merge_job, split
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.merge import MergeRequest
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, SPEC, Project
from tests.engine.test_jobs import A, B, states
from tests.engine.test_jobs import spec as agents_spec

SHELL = """\
---
type: code
provider: shell
---

# Write the file

```sh
echo shown > said.txt
```
"""


def edited(project: Project, old: str, new: str, id: str = ID) -> None:
    path = project.spec_path(id)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def shell(project: Project, *ids: str) -> None:
    for id in ids:
        project.add(id, SHELL.replace("said.txt", f"{id}.txt"))


@pytest.mark.parametrize("more", ["echo more", "```\n\n## Acceptance Criteria\n\n- [ ] x `$ ls`"])
def test_commands_that_change_after_they_were_shown_do_not_run(project, more):
    shell(project, ID)
    before = project.repo.git("for-each-ref")

    def begin(plan: WorkPlan) -> None:
        edited(project, ".txt\n", f".txt\n{more}\n")

    done = verb.work(project.engine(), WorkRequest((ID,), trusted=True), begin=begin)
    assert isinstance(done, Refusal), done
    assert "others now" in done.message and "--dry-run" in done.hint
    assert project.app.engine.runs.latest(ID) is None
    assert project.repo.git("for-each-ref") == before


def test_other_words_of_a_spec_are_no_other_commands(project):
    shell(project, ID)
    request = WorkRequest((ID,), trusted=True)
    begun = verb.work(
        project.engine(), request, begin=lambda _: edited(project, "# Write", "# Do write")
    )
    assert isinstance(begun, Job), begun
    project.follow(begun.job)
    assert project.record().state is RunState.COMPLETED


def test_of_several_only_the_one_that_changed_is_left(project):
    shell(project, ID, A, B)
    request = WorkRequest((ID, A, B), parallel=True, width=1, trusted=True)
    job = verb.work(project.engine(), request, begin=lambda _: edited(project, "shown", "x", A))
    assert isinstance(job, Job), job
    events = [entry.event for entry in project.follow(job.job)]
    [why] = [event.reason for event in events if isinstance(event, Skipped)]
    assert "others now" in why
    assert states(project, ID, A, B) == ["completed", "pending", "completed"]


def test_an_editor_that_agreed_to_other_commands_starts_nothing(project):
    shell(project, ID, A)
    request = WorkRequest(parallel=True, trusted=True)
    plan = verb.rehearsed(project.engine(), request)
    assert isinstance(plan, WorkPlan) and set(plan.told) == {ID, A}
    edited(project, "shown", "other", A)
    refused = verb.work(project.engine(), replace(request, told=plan.told))
    assert isinstance(refused, Refusal) and refused.message.startswith(A)
    nothing = verb.work(project.engine(), replace(request, told={}))
    assert isinstance(nothing, Refusal), "what was agreed to was: nothing"


def test_checks_of_the_project_and_the_model_belong_to_what_is_shown(project):
    plan = verb.rehearsed(project.engine(), WorkRequest((ID,), trusted=True))
    assert isinstance(plan, WorkPlan)
    engine = project.engine()
    engine = replace(engine, config=engine.config._replace(verify=("make check",)))
    request = WorkRequest((ID,), trusted=True, told=plan.told)
    assert isinstance(verb.work(engine, request), Refusal)


def test_an_editor_starts_what_it_asked_about(project):
    """The server's own verb: the spec changes between the answer and the start."""
    from chant_ls.lsp.verbs.starting import started

    shell(project, ID)
    engine, app = project.engine(), project.app

    async def in_engine(_, verb_of, wish):
        done = verb_of(engine, wish)
        if isinstance(done, WorkPlan) and calls.append(1) is None and len(calls) == 2:
            edited(project, "shown", "other")
        return done

    calls: list[int] = []
    ls = SimpleNamespace(
        in_engine=in_engine,
        agreed=set(),
        client=SimpleNamespace(consent=False),
        window_show_message=lambda _: None,
    )
    snapshot = app.load()
    place = SimpleNamespace(
        app=app,
        folder=SimpleNamespace(real=app.root),
        snapshot=snapshot,
        unsaved=lambda _: False,
    )
    done = asyncio.run(started(ls, place, WorkRequest((ID,), trusted=True)))
    assert isinstance(done, Refusal) and "others now" in done.message
    assert len(calls) == 2


def test_an_agent_that_divides_is_the_one_that_was_shown(project):
    project.add(ID, SPEC + "- [ ] another\n")
    refused = split.propose(project.engine(), split.SplitRequest(ID, trusted=True, told="0" * 64))
    assert isinstance(refused, Refusal) and "others now" in refused.message
    assert project.started() == []


def test_a_merge_by_another_agent_than_shown_is_not_begun(project):
    project.run(does="edit tick commit")
    before = project.repo.git("rev-parse", "main")
    engine = project.engine()
    engine.runs.keep_job(
        "j", {"merge": {"ids": [ID], "auto": True, "trusted": True, "told": "0" * 64}}
    )
    said: list[object] = []
    assert merge_job.supervised(engine, "j", said.append) == 1
    assert "others now" in str(said) and project.repo.git("rev-parse", "main") == before
    plan = merge_job.rehearsed(engine, MergeRequest((ID,), auto=True, trusted=True))
    assert isinstance(plan, WorkPlan)
    told = {"ids": [ID], "auto": True, "trusted": True, "told": plan.digest}
    engine.runs.keep_job("k", {"merge": told})
    assert merge_job.supervised(engine, "k", said.append) == 0


# what cannot run is left out of what nobody named


def test_a_spec_without_a_block_is_left_out_of_a_batch(project):
    shell(project, ID, A)
    project.add(B, SHELL.replace("```sh", "```"))
    plan = verb.rehearsed(project.engine(), WorkRequest(parallel=True, trusted=True))
    assert isinstance(plan, WorkPlan) and plan.specs == (ID, A)
    [(id, why)] = plan.left_out
    assert id == B and "no `sh` block" in why
    events = project.run_all()
    assert events[-1] == JobFinished(0, completed=2, skipped=1)
    assert [event.reason for event in events if isinstance(event, Skipped)] == [why]
    assert states(project, ID, A, B) == ["completed", "completed", "pending"]


def test_a_spec_that_was_named_is_refused_and_so_are_all_that_cannot_run(project):
    shell(project, ID)
    project.add(A, SHELL.replace("```sh", "```"))
    named = verb.work(project.engine(), WorkRequest((ID, A), trusted=True))
    assert isinstance(named, Refusal) and named.message.startswith(A)
    project.add(ID, agents_spec(provider="shell"))
    none = verb.work(project.engine(), WorkRequest(parallel=True, trusted=True))
    assert isinstance(none, Refusal) and "no `sh` block" in none.message
