"""What is wrong with the machine or the project is told with its next step, and nothing changes."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.app import build_app
from chant_ls.engine.operations.doctor import Check, State, doctor
from chant_ls.engine.operations.merge_driver import register
from chant_ls.engine.records import ProcessId
from chant_ls.model.runs import RunState
from tests.cli.running import chant, environment
from tests.engine.project import ID, SPEC, Project
from tests.engine.test_guards import config, no_identity, rebasing


def checks(project: Project, state: State) -> list[Check]:
    return [check for check in doctor(project.app.engine).checks if check.state is state]


def test_a_fit_project(project: Project) -> None:
    before = (project.repo.picture(), project.repo.git("for-each-ref"))
    report = doctor(project.app.engine)
    assert report.well and all(check.state is State.OK for check in report.checks), report
    names = {check.name for check in report.checks}
    assert {"git", "run state", "identity", "main branch", "disk", "config", "runs"} <= names
    assert {"provider fixer", "prompt standard", "remotes"} <= names
    assert (project.repo.picture(), project.repo.git("for-each-ref")) == before


def write(project: Project, path: str, text: str) -> None:
    project.repo.write(path, text)


def circle(project: Project) -> None:
    write(project, ".chant/prompts/standard.md", "---\nextends: other\n---\nx")
    write(project, ".chant/prompts/other.md", "---\nextends: standard\n---\nx")


def interrupted(project: Project) -> None:
    project.run()
    record = replace(project.record(), state=RunState.RUNNING, supervisor=ProcessId(1, "gone"))
    project.app.engine.runs.write(record)


def private_tracked(project: Project) -> None:
    project.spec_path().write_text(SPEC.replace("type: code", "type: code\nlabels: [private]"))


BAD: dict[str, tuple[Callable[[Project], object], str, str, str]] = {
    "identity": (no_identity, "identity", "who you are", "git config"),
    "rebase": (rebasing, "repository", "rebase is under way", "abort"),
    "main": (
        lambda p: config(p, "fixer\nprov", "fixer\n  main_branch: trunk\nprov"),
        "main branch",
        "trunk",
        "main one",
    ),
    "key": (lambda p: config(p, "timeout:", "timeuot:"), "config", ".chant/config.md:9:", "line"),
    "yaml": (lambda p: config(p, "defaults:", "defaults: ["), "config", "config.md:", "line"),
    "provider": (
        lambda p: config(p, "provider: fixer", "provider: nosuch"),
        "provider nosuch",
        "nosuch",
        "known here",
    ),
    "command": (
        lambda p: config(p, "command: [", "command: [no-such-agent, "),
        "provider fixer",
        "no-such-agent",
        "install",
    ),
    "prompt": (circle, "prompt standard", "extends itself", ""),
    "private": (private_tracked, "private", f"{ID}.md", "git rm --cached"),
    "lock": (
        lambda p: write(p, ".git/index.lock", ""),
        "lock",
        "index.lock",
        "chant recover",
    ),
    "run": (interrupted, "runs", ID, "chant recover"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_must_be_done_first(project: Project, case: str) -> None:
    arrange, name, message, step = BAD[case]
    arrange(project)
    found = [check for check in checks(project, State.BAD) if check.name == name]
    assert found and message in found[0].message, doctor(project.app.engine)
    assert step in found[0].next
    assert not doctor(project.app.engine).well


def test_what_is_only_worth_knowing(project: Project) -> None:
    write(project, ".gitattributes", "*.md merge=chant-spec\n*.bin merge=binary\n")
    project.repo.git("checkout", "-q", "--detach")
    config(project, "providers:", "providers:\n  unused: {command: [no-such-agent]}")
    report = doctor(project.app.engine)
    assert report.well
    notes = {check.name: check for check in report.checks if check.state is State.NOTE}
    assert set(notes) == {"merge driver", "HEAD", "provider unused"}
    assert "chant-spec" in notes["merge driver"].message
    assert "chant init" in notes["merge driver"].next
    project.repo.git("config", "merge.chant-spec.driver", "true")
    [bad] = [check for check in checks(project, State.BAD) if check.name == "merge driver"]
    assert "another program" in bad.message
    register(project.app.engine)
    assert "merge driver" not in {check.name for check in doctor(project.app.engine).checks}


def test_without_git_the_rest_is_told(tmp_path: Path) -> None:
    (tmp_path / ".chant").mkdir()
    report = doctor(build_app(tmp_path, dict(os.environ)).engine)
    bad = {check.name: check.next for check in report.checks if check.state is State.BAD}
    assert bad["run state"] == "`git init` makes one"
    assert "identity" not in {check.name for check in report.checks}


def test_on_the_command_line(project: Project) -> None:
    env = environment(Path(project.env["HOME"]))
    told = chant(project.repo.root, "doctor", env=env)
    assert told.code == 0 and "ok    git: git 2." in told.stdout, told
    private_tracked(project)
    told = chant(project.repo.root, "doctor", "--json", env=env)
    data = json.loads(told.stdout)
    assert told.code == 1 and data["ok"] is False
    [bad] = [check for check in data["checks"] if check["state"] == "bad"]
    assert bad["name"] == "private" and bad["next"] and bad["message"]
    shown = chant(project.repo.root, "-q", "doctor", env=env).stdout.splitlines()
    assert len(shown) == 1 and shown[0].startswith("bad   private: ")
