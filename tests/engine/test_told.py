"""What users are told about work: where a conflict waits, which ways lead on."""

from pathlib import Path

import pytest

from chant_ls.analysis.hover import verdict
from chant_ls.analysis.summary import note, spec_json
from chant_ls.app import build_app
from chant_ls.engine import prompt
from chant_ls.engine.events import Committed, Finished, JobFinished, Note
from chant_ls.engine.operations.add import AddRequest, add
from chant_ls.engine.operations.cancel import CancelRequest, cancel
from chant_ls.engine.operations.diagnose import diagnose
from chant_ls.engine.operations.doctor import doctor
from chant_ls.engine.operations.init import InitRequest, init, next_steps
from chant_ls.engine.operations.merge import MergeRequest, merge
from chant_ls.engine.operations.reset import ResetRequest, WasReset, reset
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, SPEC, Project, wait_until
from tests.engine.test_jobs import A, notes
from tests.engine.test_shown import SHELL, edited, shell


def told(project: Project, *ids: str, **wishes: object) -> list[str]:
    return [event.text for event in project.run(*ids, **wishes) if isinstance(event, Note)]


def test_a_merge_that_waits_is_told_everywhere_with_its_folder_and_next_step(project):
    project.run(does="edit tick commit")
    project.repo.commit({f"{ID}.txt": "another\n"}, "in the way")
    assert isinstance(merge(project.app.engine, MergeRequest((ID,))), Refusal)
    snapshot, folder = project.app.load(), f"{project.record().worktree}.merge"
    assert note(snapshot, ID).startswith(
        f"merge waits at a conflict in {folder}; next: `chant merge"
    )
    assert spec_json(snapshot, ID)["run"]["conflict"] == folder
    assert "waits at a conflict" in verdict(snapshot, ID)
    _, report = diagnose(project.app.engine, ID)
    for checks in (report.checks, doctor(project.app.engine).checks):
        [one] = [check for check in checks if check.name == "merge"]
        assert folder in one.message and "--continue" in one.next and "--abort" in one.next
    assert not [check for check in report.checks if check.next == f"`chant merge {ID}`"]
    shell(project, A)
    assert not [c for c in diagnose(project.app.engine, A)[1].checks if c.name == "merge"]


@pytest.mark.parametrize("loose", [False, True], ids=["committed", "not committed"])
def test_a_reset_asks_nothing_where_nothing_was_worked(project, loose):
    project.add(ID, SHELL.replace("echo shown > said.txt", "sleep 20"))
    if loose:
        edited(project, "# Write", "# Do write")
    project.work(ID)
    cancel(project.app.engine, CancelRequest(ID, confirmed=True))
    assert isinstance(reset(project.app.engine, ResetRequest(ID)), WasReset)


def test_the_ways_out_of_an_open_box_are_named_and_lead_out(project):
    project.run(does="edit commit")
    end = project.app.engine.runs.entries(project.record().job)[0]
    [hint] = [entry.event.hint for entry in end if isinstance(entry.event, Finished)]
    ways = ("resume", "takeover", "finalize", "--skip-criteria", "reset")
    assert all(way in hint for way in ways)
    refused = project.work(skip_criteria=True)
    assert isinstance(refused, Refusal) and "--skip-criteria" in refused.hint
    assert "--fresh" in refused.hint and "takeover" in refused.hint
    assert project.run(does="edit", resume=True, skip_criteria=True)[-1] == JobFinished(
        0, completed=1
    )


@pytest.mark.parametrize("does", ["edit commit", "edit fail"])
def test_fresh_puts_earlier_work_aside_and_starts_over(project, does):
    project.run(does=does)
    events = project.run(does="edit tick commit", fresh=True)
    assert events[-1] == JobFinished(0, completed=1)
    kept = f"chant/{ID}.attempt-1"
    assert project.repo.git("show", f"{kept}:{ID}.txt") == f"work of {ID}"


def test_fresh_is_not_for_what_is_completed(project):
    project.run(does="edit tick commit")
    refused = project.work(fresh=True)
    assert isinstance(refused, Refusal) and "chant reset" in refused.hint


@pytest.mark.parametrize("kind", ["research", "task", "documentation"])
def test_a_prompt_says_where_to_write_also_without_target_files(project, kind):
    text = SPEC.replace("type: code", f"type: {kind}")
    assert "research/write-the-file.md" in brief(project, text) or kind == "documentation"
    assert "names no file" in brief(project, text)
    named = brief(project, text.replace("---\n\n", "target_files: [docs/a.md]\n---\n\n"))
    assert "names no file" not in named and "\ndocs/a.md\n" in named


def brief(project: Project, text: str) -> str:
    project.spec_path().write_text(text)
    engine, snapshot = project.engine(), project.app.load()
    file = snapshot.find(ID)
    name = prompt.choose(engine.config, file.facts, "", snapshot.prompts)
    record = RunRecord(f"{ID}-r1", ID, spec_path=file.path)
    made = prompt.assemble(engine, snapshot, record, file.document, name)
    assert not isinstance(made, Refusal)
    return made.text


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (("checkout", "-q", "--detach"), "git switch"),
        (("checkout", "-q", "--orphan", "new"), "commit `.chant`"),
    ],
)
def test_a_spec_that_is_not_committed_has_a_next_step(project, before, step):
    project.repo.git(*before)
    done = add(project.app.engine, AddRequest("Another"))
    assert done.note.startswith("not committed: ") and step in done.note


def test_what_is_left_to_do_after_init(project, tmp_path):
    engine = project.app.engine
    assert list(next_steps(engine)) == ["commit .chant", "`chant add TITLE` writes the first spec"]
    project.repo.write(".gitattributes", "x")
    assert next(next_steps(engine)) == "commit .chant and .gitattributes"
    bare = tmp_path / "bare"
    bare.mkdir()
    init(build_app(bare, project.env).engine, InitRequest())
    steps = list(next_steps(build_app(bare, project.env).engine))
    assert "git init" in steps[0] and "--provider" in steps[2]


def test_a_checkout_on_another_branch_is_told_where_the_work_goes(project):
    project.repo.git("checkout", "-q", "-b", "feature")
    assert "cut from main, where it is merged; your checkout is on feature" in told(
        project, does="edit tick commit"
    )
    done = merge(project.app.engine, MergeRequest((ID,)))
    [item] = done.items
    assert (
        "it is in main; your checkout is on feature: `git merge main` brings it there" in item.notes
    )
    project.repo.git("checkout", "-q", "main")
    project.add(A)
    assert not [one for one in told(project, A, does="edit tick commit") if "cut from" in one]


def test_the_log_does_not_lead_to_itself(project):
    project.run(does="fail")
    assert "# next: `chant resume" in project.log()
    assert f"`chant log {ID}`" not in project.log()


def test_the_users_own_text_is_no_work_of_an_agent(project):
    shell(project, ID)
    edited(project, f"echo shown > {ID}.txt", "true")
    events = project.run(ID)
    [made] = [event for event in events if isinstance(event, Committed)]
    assert (made.kind, made.subject) == ("spec", f"chant: spec {ID}")
    assert project.record().state is RunState.FAILED


def test_a_spec_that_changed_while_its_agent_worked_is_told(project):
    job = project.work(does="wait_for_file edit tick commit")
    wait_until(lambda: bool(project.started()))
    edited(project, "# Write", "# Do write")
    project.gate.touch()
    said = [e.event.text for e in project.follow(job.job) if isinstance(e.event, Note)]
    assert any("changed meanwhile" in text for text in said)
    assert notes(project, job.job)


def test_states_are_told_as_they_are(project):
    shell(project, ID)
    project.run(ID)
    found = {check.name: check.message for check in diagnose(project.app.engine, ID)[1].checks}
    assert found["status"] == "completed, its file says pending until the merge"


def test_files_among_the_specs_that_are_none_are_told_by_doctor(project):
    specs = Path(project.repo.root) / ".chant/specs"
    (specs / "notes.md").write_text("just words\n")
    (specs / "renamed.md").write_text(SPEC)
    said = [c.message for c in doctor(project.app.engine).checks if c.name == "specs"]
    assert len(said) == 2 and "notes.md is no spec" in said[0] and "'renamed'" in said[1]
