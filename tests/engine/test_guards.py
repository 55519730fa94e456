"""What can stand in the way of a run is told before anything is done (execution.md 12: 4; 2.2)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chant_ls.app import build_app, find_root
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.model.refusal import Refusal
from tests.engine.project import ID, OTHER, SPEC, Project, make_project
from tests.matrix import Row

Arrange = Callable[[Project], object]


def config(project: Project, old: str, new: str) -> None:
    path = project.repo.root / ".chant" / "config.md"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def spec(project: Project, fields: str, body: str = "") -> None:
    text = SPEC.replace("type: code", f"type: code\n{fields}") + body
    project.spec_path().write_text(text)


def no_identity(project: Project) -> None:
    (Path(project.env["HOME"]) / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")


def rebasing(project: Project) -> None:
    (project.repo.top / ".git" / "rebase-merge").mkdir()


def cyclic(project: Project) -> None:
    project.add(OTHER, SPEC.replace("type: code", f"type: code\ndepends_on: [{ID}]"))
    spec(project, f"depends_on: [{OTHER}]")


CASES: dict[str, tuple[Arrange, str, str]] = {
    "prompt": (lambda p: spec(p, "prompt: nosuch"), "nosuch", ""),
    "agent": (lambda p: config(p, "provider: fixer", "provider: nosuch"), "nosuch", "known here"),
    "command": (lambda p: config(p, "command: [", "command: [no-such-agent, "), "PATH", "install"),
    "no agent": (lambda p: config(p, "provider: fixer", "x: y"), "no agent", "provider"),
    "rejected": (lambda p: spec(p, "approval: {required: true, status: rejected}"), "reject", ""),
    "unapproved": (lambda p: spec(p, "approval: {required: true}"), "approv", "chant approve"),
    "missing": (lambda p: spec(p, "depends_on: [2026-01-01-001-zzz]"), "001-zzz", ""),
    "blocked": (
        lambda p: (p.add(OTHER), spec(p, f"depends_on: [{OTHER}]")),
        "002-def",
        "chant work",
    ),
    "cycle": (cyclic, "waits for itself", ""),
    "completed": (lambda p: spec(p, "status: completed"), "completed", "chant"),
    "broken": (lambda p: spec(p, "labels: [a"), f"{ID}.md:", "chant lint"),
    "identity": (no_identity, "", ""),
    "rebase": (rebasing, "rebase is under way", "abort"),
    "main": (lambda p: config(p, "fixer\nprov", "fixer\n  main_branch: trunk\nprov"), "trunk", ""),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.scenario(Row.GUARDS)
def test_refused_without_side_effect(project, case):
    arrange, message, hint = CASES[case]
    arrange(project)
    before = (project.repo.picture(), project.repo.git("for-each-ref"))
    refusal = project.work()
    assert isinstance(refusal, Refusal)
    assert message in refusal.message, refusal
    assert hint in refusal.hint, refusal
    assert refusal.hint
    assert (project.repo.picture(), project.repo.git("for-each-ref")) == before
    assert project.app.engine.runs.latest(ID) is None
    assert not Path(project.env["XDG_DATA_HOME"]).exists()
    assert project.app.engine.runs.jobs() == ()


@pytest.mark.parametrize(("id", "word"), [("nosuch", "no spec"), ("2026-01-22", "several")])
def test_unknown_and_ambiguous_ids(project, id, word):
    project.add(OTHER)
    refusal = project.work(id)
    assert isinstance(refusal, Refusal)
    assert word in refusal.message


def test_untrusted_starts_nothing(project):
    refusal = verb.work(project.app.engine, WorkRequest(ids=(ID,)))
    assert refusal is verb.UNTRUSTED
    assert project.app.engine.runs.jobs() == ()


def test_a_worker_starts_nothing(tmp_path):
    project = make_project(tmp_path, CHANT_ROLE="worker")
    assert "worker" in str(project.work())


def test_no_space_at_the_worktrees(project, monkeypatch):
    monkeypatch.setattr("chant_ls.engine.guards.LEAST_FREE", 1 << 60)
    assert "MB are free" in str(project.work())


def test_without_git_everything_but_work_goes(tmp_path):
    (tmp_path / ".chant" / "specs").mkdir(parents=True)
    (tmp_path / ".chant" / "specs" / f"{ID}.md").write_text(SPEC)
    app = build_app(tmp_path, dict(os.environ))
    assert [str(id) for id in app.load().graph.ids] == [ID]
    refusal = verb.work(app.engine, WorkRequest(ids=(ID,), trusted=True))
    assert "no git repository" in str(refusal)


def test_no_commit_yet(tmp_path):
    project = make_project(tmp_path)
    project.repo.git("update-ref", "-d", "refs/heads/main")
    assert isinstance(project.work(), Refusal)


def test_a_worktree_belongs_to_the_main_checkout(project, tmp_path):
    project.repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    assert find_root(tmp_path / "linked" / "src") == project.repo.root
    assert find_root(project.repo.root / "src") == project.repo.root
    assert isinstance(find_root(tmp_path / "home"), Refusal)


def test_the_plan_names_what_will_run_and_its_digest_follows(project):
    first = verb.rehearsed(project.app.engine, WorkRequest(ids=(ID,), trusted=True))
    assert any("agent.py" in command for command in first.commands)
    spec(project, "", "- [ ] Checked `$ make check`\n")
    second = verb.rehearsed(project.app.engine, WorkRequest(ids=(ID,), trusted=True))
    assert "check: make check" in second.commands
    assert first.digest != second.digest
