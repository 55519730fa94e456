"""`split`: nothing an agent says or does counts before it is checked and agreed to."""

import sys
from pathlib import Path

import pytest

from chant_ls.analysis.actions.splitting import KEPT_HEADING
from chant_ls.app import build_app
from chant_ls.engine.engine import Engine
from chant_ls.engine.operations.split import Split, SplitRequest, Written, propose, write
from chant_ls.engine.split_answer import Wrong, read_answer
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecType
from chant_ls.syntax.document import parse
from tests.engine.project import ID, OTHER, Project
from tests.engine.split_answers import GOOD, REFUSED, TAKEN

AGENT = Path(__file__).parent.parent / "agents" / "answering.py"
CONFIG = """\
---
defaults: {{provider: fixer, model: small}}
providers:
  fixer: {{command: [{python}, {agent}]}}
---
"""
BIG = f"""\
---
type: code
depends_on: [{OTHER}]
labels: [lock, v1]
target_files: [src/app.py]
provider: fixer
approval:
  required: true
---

# Rework the lock

Both sides.

## Acceptance Criteria

- [ ] All is well

## Notes

Kept.
"""


@pytest.mark.parametrize("answer", TAKEN.values(), ids=TAKEN)
def test_an_answer_that_is_taken(answer: str) -> None:
    parts = read_answer(answer)
    assert not isinstance(parts, Wrong), parts
    assert len(parts) == 2


@pytest.mark.parametrize(("answer", "said"), REFUSED.values(), ids=REFUSED)
def test_an_answer_that_is_refused_whole(answer: str, said: str) -> None:
    wrong = read_answer(answer)
    assert isinstance(wrong, Wrong), wrong
    assert any(said in problem for problem in wrong.problems), wrong.problems


def prepared(project: Project, *answers: str) -> Engine:
    """The project with a large spec, and an agent that gives these answers."""
    folder = project.repo.top.parent / "answers"
    folder.mkdir()
    for number, answer in enumerate(answers, 1):
        (folder / f"{number}.md").write_text(answer)
    config = CONFIG.format(python=sys.executable, agent=AGENT)
    if project.tracked:
        project.repo.commit({".chant/config.md": config}, "agent")
    else:
        project.repo.write(".chant/config.md", config)
    project.add(OTHER)
    project.add(ID, BIG)
    return build_app(project.repo.root, {**project.env, "ANSWERS": str(folder)}).engine


def proposed(engine: Engine) -> Split:
    split = propose(engine, SplitRequest(ID, trusted=True))
    assert isinstance(split, Split), split
    return split


def no_trace(project: Project, engine: Engine) -> None:
    """Nothing of the agent's checkout is left."""
    assert project.repo.git("worktree", "list").count("\n") == 0
    assert not list(engine.worktrees.glob("*"))
    assert not list((engine.runs.folder / "prompts").glob("*"))
    assert project.repo.git("branch", "--list", "chant/*") == ""


def test_members_are_written_in_one_commit(project: Project) -> None:
    engine = prepared(project, GOOD)
    project.repo.write("src/util.py", "STAGED = 1\n")
    project.repo.git("add", "src/util.py")
    before = project.repo.picture()
    split = proposed(engine)
    assert project.repo.picture() == before
    no_trace(project, engine)
    done = write(engine, split)
    assert isinstance(done, Written) and done.commit and not done.note
    assert project.repo.git("show", "--format=%s", "--name-only").split("\n") == [
        f"chant: split {ID}",
        "",
        *(f".chant/specs/{ID}{end}.md" for end in (".1", ".2", "")),
    ]
    assert project.repo.git("diff", "--cached", "--name-only") == "src/util.py"
    assert project.repo.git("diff", "--name-only") == ""
    assert project.repo.git("ls-files", "--others", "--exclude-standard") == ""
    driver = parse(project.spec_path().read_text(), split.id)
    assert driver.facts.type is SpecType.DRIVER
    assert driver.facts.depends_on == (OTHER,)
    assert driver.facts.members == (f"{ID}.1", f"{ID}.2")
    assert driver.facts.labels == ("lock", "v1") and driver.facts.target_files == ()
    assert driver.body.criteria_heading is None
    assert f"## {KEPT_HEADING}\n\n- [ ] All is well\n\n## Notes\n\nKept.\n" in driver.text
    one, two = (parse(project.spec_path(f"{ID}.{n}").read_text(), split.id) for n in (1, 2))
    assert (one.facts.depends_on, two.facts.depends_on) == ((), (f"{ID}.1",))
    assert one.facts.title == "Take the lock" and one.facts.labels == ("lock", "v1")
    assert one.facts.approval.blocks and one.facts.provider == "fixer"
    assert one.body.criteria_heading and one.body.criteria_heading.level == 2
    assert one.facts.target_files == ("src/app.py",)


def test_a_local_project_is_written_without_a_commit(tmp_path: Path) -> None:
    from tests.engine.project import make_project

    project = make_project(tmp_path, tracked=False)
    engine = prepared(project, GOOD)
    old = project.repo.git("rev-parse", "HEAD")
    assert write(engine, proposed(engine)) == Written()
    assert project.spec_path(f"{ID}.2").exists()
    assert project.repo.git("rev-parse", "HEAD") == old


def test_a_bad_answer_is_told_to_the_agent_once(project: Project) -> None:
    engine = prepared(project, REFUSED["a circle"][0], GOOD)
    assert len(proposed(engine).parts) == 2
    again = (project.repo.top.parent / "answers" / "prompt-2.md").read_text()
    assert "members wait for each other" in again and '"depends_on": [\n    2' in again


@pytest.mark.parametrize("answers", [("no", "no", GOOD), ()], ids=["twice bad", "agent fails"])
def test_nothing_is_changed_without_a_good_answer(project: Project, answers) -> None:
    engine = prepared(project, *answers)
    before = project.repo.picture()
    refusal = propose(engine, SplitRequest(ID, trusted=True))
    assert isinstance(refusal, Refusal) and "nothing was changed" in refusal.hint
    assert project.repo.picture() == before
    no_trace(project, engine)


def test_existing_members_keep_their_files(project: Project) -> None:
    engine = prepared(project, GOOD)
    project.add(f"{ID}.4", "---\ntype: code\n---\n\n# Mine\n")
    split = proposed(engine)
    assert split.ids == (f"{ID}.5", f"{ID}.6")
    assert isinstance(write(engine, split), Written)
    assert "# Mine" in project.spec_path(f"{ID}.4").read_text()
    assert "depends_on:\n- " + f"{ID}.5" in project.spec_path(f"{ID}.6").read_text()


def test_changes_of_the_user_go_with_it_and_later_ones_stop_it(project: Project) -> None:
    engine = prepared(project, GOOD)
    mine = BIG.replace("Both sides.", "Both sides, and mine.")
    project.spec_path().write_text(mine)
    split = proposed(engine)
    project.spec_path().write_text(mine + "\nMore.\n")
    before = project.repo.picture()
    refusal = write(engine, split)
    assert isinstance(refusal, Refusal) and "meanwhile" in refusal.message
    assert project.repo.picture() == before
    project.spec_path().write_text(mine)
    assert isinstance(done := write(engine, split), Written) and done.commit
    assert "and mine" in project.repo.git("show", f"HEAD:.chant/specs/{ID}.md")
    assert project.repo.git("status", "--porcelain") == ""


def test_a_file_in_the_way_stops_all_of_it(project: Project) -> None:
    engine = prepared(project, GOOD)
    split = proposed(engine)
    project.spec_path(f"{ID}.2").write_text("mine\n")
    before = project.repo.picture()
    refusal = write(engine, split)
    assert isinstance(refusal, Refusal) and "exists already" in refusal.message
    assert project.repo.picture() == before


def test_without_a_commit_the_files_are_still_there(project: Project) -> None:
    engine = prepared(project, GOOD)
    split = proposed(engine)
    project.repo.git("checkout", "-q", "--detach")
    told = "HEAD is detached; `git switch` to a branch, then commit `.chant` with git"
    assert write(engine, split) == Written("", f"not committed: {told}")
    assert project.spec_path(f"{ID}.1").exists() and "driver" in project.spec_path().read_text()


def test_no_agent_before_it_is_trusted_and_none_for_research(project: Project) -> None:
    engine = prepared(project)
    refusal = propose(engine, SplitRequest(ID))
    assert isinstance(refusal, Refusal) and "trust" in refusal.message
    split = propose(engine, SplitRequest(ID, research=True))
    assert isinstance(split, Split) and split.ids == (f"{ID}.1", f"{ID}.2")
    assert isinstance(done := write(engine, split), Written) and done.commit
    assert "type: research" in project.spec_path(f"{ID}.1").read_text()


def test_what_comes_of_a_private_spec_is_private(project: Project) -> None:
    engine = prepared(project, GOOD)
    project.repo.git("rm", "-q", "--cached", f".chant/specs/{ID}.md")
    project.repo.git("commit", "-qm", "private")
    project.spec_path().write_text(BIG.replace("[lock, v1]", "[private]"))
    assert write(engine, proposed(engine)) == Written()
    assert project.spec_path(f"{ID}.1").stat().st_mode & 0o777 == 0o600
    assert "labels:\n- private" in project.spec_path(f"{ID}.1").read_text()
