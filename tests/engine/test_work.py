"""Work on one spec, end to end (execution.md 12: 1, 2, 3): real git, agents and supervisor."""

import pytest

from chant_ls.engine.events import (
    AgentEnded,
    CheckRan,
    Committed,
    Finished,
    JobFinished,
    Merged,
    Output,
    Restored,
)
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, OTHER, SPEC, Project, make_project
from tests.matrix import Row

BRANCH = f"chant/{ID}"


def last(events, kind):
    return [e for e in events if isinstance(e, kind)][-1]


def on_branch(project: Project, path: str) -> str:
    return project.repo.git("show", f"{BRANCH}:{path}")


@pytest.mark.scenario(Row.HAPPY)
def test_happy_path_leaves_the_branch_for_review(either):
    before = either.repo.picture()
    events = either.run(does="edit tick commit", real=True)
    assert last(events, Finished).state == "completed"
    assert last(events, JobFinished).code == 0
    assert either.repo.picture() == before
    assert on_branch(either, f"{ID}.txt") == f"work of {ID}"
    assert either.app.load().status(ID) == "completed"
    assert either.app.load().run(ID).unmerged
    either.assert_no_child_lives()


@pytest.mark.scenario(Row.HAPPY)
def test_merged_at_once_when_asked(either):
    events = either.run(does="edit tick commit", merge=True)
    assert last(events, Merged).commit == either.repo.git("rev-parse", "main")
    assert either.repo.git("status", "--porcelain") == ""
    assert either.repo.git("branch", "--list", BRANCH) == ""
    assert len(either.repo.git("worktree", "list").splitlines()) == 1
    text = either.spec_path().read_text()
    assert "status: completed" in text
    assert "- [x] The file is there" in text
    assert either.record().state is RunState.MERGED


@pytest.mark.scenario(Row.ENDS)
def test_what_a_good_agent_leaves_uncommitted_is_its_work(either):
    events = either.run(does="edit tick")
    committed = [e for e in events if isinstance(e, Committed)]
    assert [e.kind for e in committed] == ["work", "complete"]
    assert committed[0].subject == f"chant({ID}): Write the file"
    assert last(events, Finished).state == "completed"


@pytest.mark.parametrize(
    ("does", "state", "words"),
    [
        ("tick", "failed", "changed nothing"),
        ("edit", "needs_attention", "criterion"),
        ("edit commit", "needs_attention", "criterion"),
        ("edit tick commit fail", "failed", "exit code 3"),
        ("edit tick fail", "failed", "exit code 3"),
        ("edit tick commit die", "failed", "exit code -9"),
    ],
)
@pytest.mark.scenario(Row.ENDS)
def test_bad_ends(either, does, state, words):
    before = either.repo.picture()
    events = either.run(does=does)
    end = last(events, Finished)
    assert (end.state, words in end.error) == (state, True), end
    assert last(events, JobFinished).code == 1
    assert end.hint.startswith("`chant ")
    assert either.app.load().status(ID) == state
    assert words in either.log()
    assert either.repo.picture() == before
    either.assert_no_child_lives()


@pytest.mark.scenario(Row.ENDS)
def test_leftovers_of_a_failed_run_are_a_checkpoint(project):
    events = project.run(does="edit fail")
    assert last(events, Committed).kind == "checkpoint"
    assert on_branch(project, f"{ID}.txt")


def test_empty_diff_can_be_allowed(project):
    events = project.run(does="tick", allow_no_commits=True)
    assert last(events, Finished).state == "completed"


def test_criteria_can_be_waived_and_the_file_says_so(project):
    project.run(does="edit", skip_criteria=True)
    assert "criteria_waived: 1" in on_branch(project, f".chant/specs/{ID}.md")


@pytest.mark.scenario(Row.ENDS)
def test_a_hanging_agent_is_stopped_with_its_whole_tree(tmp_path):
    project = make_project(tmp_path, timeout=1)
    events = project.run(does="edit orphan_meek hang")
    assert last(events, AgentEnded).reason == "timeout"
    assert last(events, Finished).state == "failed"
    assert len(project.started()) == 2
    project.assert_no_child_lives()


@pytest.mark.scenario(Row.ENDS)
def test_no_child_survives_a_good_end(project):
    events = project.run(does="orphan_meek edit tick commit")
    assert last(events, Finished).state == "completed"
    assert len(project.started()) == 1
    project.assert_no_child_lives()


@pytest.mark.scenario(Row.ENDS)
def test_a_megabyte_on_stderr_is_drained(project):
    events = project.run(does="noise edit tick commit")
    assert sum(isinstance(e, Output) and e.stream == "stderr" for e in events) == 10_500
    assert last(events, Finished).state == "completed"


@pytest.mark.parametrize("does", ["sibling", "delete_sibling"])
@pytest.mark.parametrize("way", ["stage_all", "commit"])
@pytest.mark.scenario(Row.STRAYS)
def test_siblings_survive(project, does, way):
    project.add(OTHER)
    events = project.run(does=f"edit tick {does} {way}", merge=True)
    assert last(events, Restored).paths == (f".chant/specs/{OTHER}.md",)
    assert last(events, Finished).state == "merged"
    assert project.spec_path(OTHER).read_text() == SPEC


@pytest.mark.scenario(Row.STRAYS)
def test_machine_fields_are_not_the_agents(project):
    events = project.run(does="edit complete_itself stage_all")
    assert last(events, Finished).state == "needs_attention"
    text = on_branch(project, f".chant/specs/{ID}.md")
    assert "status:" not in text
    assert "model:" not in text


def test_the_text_that_is_worked_is_the_working_file(project):
    project.spec_path().write_text(SPEC.replace("Write the file", "Edited, not committed"))
    project.run(does="edit tick commit")
    assert "# Edited, not committed" in on_branch(project, f".chant/specs/{ID}.md")
    assert "Edited, not committed" in project.spec_path().read_text()


CHECKED = SPEC.replace("- [ ] The file is there", "- [ ] There `$ test -f {file}`")


@pytest.mark.parametrize(("file", "state"), [(f"{ID}.txt", "completed"), ("x", "needs_attention")])
@pytest.mark.parametrize("does", ["edit commit", "edit tick commit"])
def test_checks_set_their_boxes(project, file, state, does):
    project.add(ID, CHECKED.replace("{file}", file))
    events = project.run(does=does)
    assert last(events, CheckRan).passed is (state == "completed")
    assert last(events, Finished).state == state
    box = "x" if state == "completed" else " "
    assert f"- [{box}] There" in on_branch(project, f".chant/specs/{ID}.md")


def test_what_checks_leave_is_discarded(project):
    project.add(ID, SPEC.replace("The file is there", "Made `$ touch left && rm README.md`"))
    events = project.run(does="edit commit")
    assert last(events, Finished).state == "completed"
    names = project.repo.git("ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert "left" not in names
    assert "README.md" in names


def test_the_agent_cannot_change_the_checks(project):
    project.add(ID, SPEC.replace("The file is there", "Made `$ false`"))
    events = project.run(does="edit tick commit")
    assert last(events, CheckRan).command == "false"
    assert last(events, Finished).state == "needs_attention"


SHELL = """\
---
provider: shell
---

# Write by shell

```sh
echo one > one.txt
```

```sh
{second}
```

## Acceptance Criteria

- [ ] One `$ grep -q one one.txt`
"""


@pytest.mark.parametrize(
    ("second", "state"), [("echo two > two.txt", "completed"), ("false\ntrue", "failed")]
)
def test_shell_runs_the_blocks_of_the_spec(project, second, state):
    project.add(ID, SHELL.replace("{second}", second))
    assert last(project.run(), Finished).state == state


def test_private_specs_enter_no_commit(project):
    text = SPEC.replace("type: code", "type: code\nlabels: [private]")
    project.repo.write(f".chant/specs/{OTHER}.md", text)
    events = project.run(OTHER, does="edit tick stage_all", merge=True)
    assert last(events, Finished).state == "merged"
    assert "status: completed" in project.spec_path(OTHER).read_text()
    assert project.repo.git("log", "--all", "--oneline", "--", f".chant/specs/{OTHER}.md") == ""


def test_resume_goes_on_where_the_last_attempt_stopped(project):
    project.run(does="edit fail")
    events = project.run(does="tick", resume=True)
    assert last(events, Finished).state == "completed", events
    assert project.record().attempt == 2
    assert on_branch(project, f"{ID}.txt")


def test_work_is_refused_while_earlier_work_lies_there(project):
    project.run(does="edit fail")
    refusal = project.work()
    assert isinstance(refusal, Refusal)
    assert "failed" in refusal.message
    assert f"chant resume {ID}" in refusal.hint
