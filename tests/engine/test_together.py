"""Several chants, users and projects in one repository, and what a crash between them leaves."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.app import build_app
from chant_ls.engine import leavings
from chant_ls.engine.commit import commit_file
from chant_ls.engine.engine import Engine
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.cancel import Cancelled, CancelRequest, cancel
from chant_ls.engine.operations.merge import MergeRequest, MergeResult, Outcome, merge
from chant_ls.engine.operations.reset import ResetRequest, reset
from chant_ls.engine.ports import REPO
from chant_ls.host.git import open_repo
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, ForkLauncher, Project, wait_until
from tests.engine.test_jobs import A, B, spec
from tests.engine.test_recover import die, kill_at
from tests.matrix import Row


def second_root(project: Project, id: str) -> Engine:
    """Another project in a folder of the same repository, with a spec of that id."""
    root = project.repo.top / "sub"
    config = (project.repo.root / ".chant" / "config.md").read_text()
    project.repo.commit(
        {"sub/.chant/config.md": config, f"sub/.chant/specs/{id}.md": spec()}, "a second project"
    )
    engine = build_app(root, project.env).engine
    return replace(engine, launcher=ForkLauncher(engine))


def test_all_roots_share_one_lock_of_the_repository(project):
    other = second_root(project, ID)
    with project.app.engine.runs.lock(REPO):
        assert isinstance(other.runs.lock(REPO), Refusal)
        held = other.runs.lock(ID)
        assert not isinstance(held, Refusal)
        held.release()


def test_a_spec_may_be_called_repo(project):
    project.add("repo", spec())
    events = project.run("repo", merge=True)
    assert events[-1].code == 0, events
    assert project.record("repo").state is RunState.MERGED


@pytest.mark.scenario(Row.CROWDS)
def test_a_branch_at_work_in_another_project_is_left_alone(project):
    other = second_root(project, ID)
    job = project.work(does="edit wait_for_file tick commit")
    assert isinstance(job, Job)
    wait_until(lambda: len(project.started()) == 1)
    refusal = verb.work(other, WorkRequest(ids=(ID,), fresh=True, trusted=True))
    assert isinstance(refusal, Refusal)
    assert f"chant/{ID} is checked out in" in refusal.message
    project.gate.touch()
    assert project.follow(job.job)[-1].event.code == 0
    assert project.repo.git("branch", "--list", "*attempt*") == ""


@pytest.mark.scenario(Row.LOCKS)
def test_a_decision_is_not_committed_beside_the_merge_of_somebody_else(project, monkeypatch):
    monkeypatch.setattr("chant_ls.engine.decisions.REPO_WAIT", 0.0)
    engine, before = project.app.engine, project.repo.git("rev-parse", "main")
    with engine.runs.lock(REPO):
        done = cancel(engine, CancelRequest(ID))
    assert isinstance(done, Cancelled), done
    assert any("the repository is in use" in note for note in done.notes)
    assert project.repo.git("rev-parse", "main") == before


def gone(project: Project) -> None:
    shutil.rmtree(project.record().worktree)


def pending(project: Project) -> None:
    """As if somebody had reset it and kept its branch and worktree."""
    project.app.engine.runs.write(replace(project.record(), state=RunState.RESET))


@pytest.mark.parametrize(
    ("does", "before", "wishes"),
    [
        ("edit fail", gone, {"resume": True}),
        ("edit fail", pending, {"fresh": True}),
        ("fail", pending, {}),
    ],
    ids=["worktree made again", "put aside", "tidied away"],
)
def test_what_an_earlier_attempt_left_is_touched_under_the_lock(
    project, monkeypatch, does, before, wishes
):
    monkeypatch.setattr("chant_ls.engine.prepare.REPO_WAIT", 0.0)
    project.run(does=does)
    before(project)
    told = ("worktree list --porcelain", "for-each-ref")
    was = [project.repo.git(*command.split()) for command in told]
    with project.app.engine.runs.lock(REPO):
        refusal = project.work(**wishes)
    assert isinstance(refusal, Refusal), refusal
    assert "the repository is in use" in refusal.message
    assert [project.repo.git(*command.split()) for command in told] == was


def test_a_run_that_never_began_is_taken_back_under_the_lock(project, monkeypatch):
    kill_at(project, "spec")
    monkeypatch.setattr("chant_ls.engine.leavings.REPO_WAIT", 0.0)
    engine, record = project.app.engine, project.record()
    with engine.runs.lock(REPO):
        refusal = leavings.unused(engine, record)
    assert isinstance(refusal, Refusal) and "in use" in refusal.message
    assert Path(record.worktree).is_dir()
    assert leavings.unused(engine, record) is None
    assert not Path(record.worktree).exists()


def test_a_commit_that_was_outrun_is_made_again(project):
    outrun: list[str] = []

    def fault(step: str) -> None:
        if step == "begun" and not outrun:
            outrun.append(step)
            project.repo.git("commit", "-q", "--allow-empty", "-m", "somebody was faster")

    git = open_repo(project.repo.root, project.env, fault)
    assert git is not None
    project.spec_path().write_text("---\ntype: code\n---\n\n# Edited\n")
    kept = commit_file(
        git, f".chant/specs/{ID}.md", project.spec_path().read_bytes(), f"chant: edit {ID}", ID
    )
    assert kept.commit, kept.note
    subjects = project.repo.git("log", "--format=%s", "-2").splitlines()
    assert subjects == [f"chant: edit {ID}", "somebody was faster"]


def test_a_merge_that_was_outrun_is_made_again(project):
    project.run()
    outrun: list[str] = []

    def fault(step: str) -> None:
        if step == "begun" and not outrun:
            outrun.append(step)
            project.repo.git("commit", "-q", "--allow-empty", "-m", "somebody was faster")

    engine = replace(project.app.engine, git=open_repo(project.repo.root, project.env, fault))
    done = merge(engine, MergeRequest((ID,)))
    assert isinstance(done, MergeResult), done
    assert "somebody was faster" in project.repo.git("log", "--format=%s", "-5", "main")
    assert project.repo.git("status", "--porcelain") == ""


def killed_in_a_move(project: Project) -> None:
    """A `cancel` that dies while it holds the lock of the user's index."""
    child = os.fork()
    if child == 0:
        fault = {"locked": die}
        git = open_repo(project.repo.root, project.env, lambda at: fault.get(at, bool)())
        cancel(replace(project.app.engine, git=git), CancelRequest(B))
        os._exit(0)
    os.waitpid(child, 0)
    assert (project.repo.top / ".git" / "index.lock").exists()


@pytest.mark.scenario(Row.LOCKS)
def test_work_puts_right_what_a_killed_verb_left(project):
    project.add(B)
    killed_in_a_move(project)
    events = project.run(merge=True)
    assert events[-1].code == 0, events
    assert project.record().state is RunState.MERGED
    assert not (project.repo.top / ".git" / "index.lock").exists()


def test_a_lock_of_ours_names_recover(project):
    project.add(B)
    killed_in_a_move(project)
    done = cancel(project.app.engine, CancelRequest(ID))
    assert isinstance(done, Cancelled), done
    assert any("an interrupted step of chant" in note for note in done.notes), done.notes


def test_what_is_unfit_does_not_block_the_merge_of_all_others(project):
    for id in (A, B):
        project.add(id, spec())
        project.run(id)
    project.run(does="edit tick commit")
    asks = "type: code\napproval:\n  required: true"
    path = project.spec_path(A)
    path.write_text(path.read_text().replace("type: code", asks))
    assert isinstance(cancel(project.app.engine, CancelRequest(B)), Cancelled)
    done = merge(project.app.engine, MergeRequest(all=True))
    assert isinstance(done, MergeResult), done
    assert {i.id: i.outcome for i in done.items} == {ID: Outcome.MERGED, A: Outcome.SKIPPED}
    assert project.record().state is RunState.MERGED


def test_reset_ends_no_agent_before_it_may_go_on(project):
    kill_at(project, "running", does="edit commit wait_for_file")
    wait_until(lambda: len(project.started()) == 1)
    engine, agent = project.app.engine, project.record().agent
    refusal = reset(engine, ResetRequest(ID))
    assert isinstance(refusal, Refusal)
    assert engine.processes.alive(agent)
    done = reset(engine, ResetRequest(ID, confirmed=True))
    assert not isinstance(done, Refusal), done
    assert not engine.processes.alive(agent)
    assert Path(project.record().worktree).name == ID
    project.assert_no_child_lives()
