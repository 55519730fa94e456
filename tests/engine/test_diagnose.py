"""`diagnose`: each state of a spec is explained, with the step that leads out of it."""

from dataclasses import replace

from chant_ls.engine.operations.diagnose import diagnose
from chant_ls.engine.operations.doctor import Check, State
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, OTHER, SPEC, Project


def checks(project: Project, id: str = ID) -> dict[str, Check]:
    answer = diagnose(project.app.engine, id)
    assert not isinstance(answer, Refusal), answer
    return {check.name: check for check in answer[1].checks}


def bad(found: dict[str, Check]) -> list[str]:
    return [name for name, check in found.items() if check.state is State.BAD]


def test_a_spec_that_is_ready(project: Project) -> None:
    before = project.repo.picture()
    found = checks(project, "001-abc")
    assert bad(found) == [] and found["status"].message.startswith("ready")
    assert "never worked" in found["run"].message and "fixer" in found["agent"].message
    assert project.repo.picture() == before
    assert isinstance(diagnose(project.app.engine, "nothing"), Refusal)


def test_what_is_wrong_with_its_text_prompt_and_agent(project: Project) -> None:
    text = SPEC.replace("type: code", "type: code\nprompt: nowhere\nprovider: none\ntype: code")
    project.spec_path().write_text(text)
    found = checks(project)
    assert bad(found) == ["file", "prompt", "agent"]
    assert found["file"].next == f"`chant lint {ID}`" and "nowhere" in found["prompt"].message


def test_what_it_waits_for(project: Project) -> None:
    project.add(OTHER, SPEC.replace("type: code", f"type: code\ndepends_on: [{ID}]"))
    found = checks(project, OTHER)
    assert bad(found) == [] and found["status"].message.startswith("blocked")
    assert "001-abc" in found["waits"].message and f"chant work {ID}" in found["waits"].next


def test_a_run_that_failed_and_one_that_waits_to_be_merged(project: Project) -> None:
    project.run(does="edit commit fail")
    found = checks(project)
    assert bad(found) == ["run"] and f"chant reset {ID}" in found["run"].next
    assert "1 commit that" in found["branch"].message and found["log"].state is State.OK
    project.run(does="tick", resume=True)
    found = checks(project)
    assert bad(found) == [] and found["branch"].next == f"`chant merge {ID}`"
    assert "clean" in found["worktree"].message and "agent" not in found


def test_runs_that_live_and_that_died(project: Project) -> None:
    project.run()
    engine = project.app.engine
    me = engine.processes.me()
    running = replace(project.record(), state=RunState.RUNNING, supervisor=me)
    engine.runs.write(running)
    assert f"process {me.pid}" in checks(project)["run"].message
    engine.runs.write(replace(running, supervisor=replace(me, identity="another boot")))
    assert checks(project)["run"].next == "`chant recover`"
