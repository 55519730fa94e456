"""A person goes on where an agent stopped: `chant takeover`, then `chant finalize`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git
from tests.engine.project import wait_until

ID = "2026-01-01-001-abc"
AGENT = """\
import os, pathlib, sys, time
sys.stdin.read()
does = pathlib.Path(os.environ["DOES"]).read_text()
if "edit" in does:
    pathlib.Path("half.txt").write_text("half")
print("as far as I got", flush=True)
if "hang" in does:
    pathlib.Path(os.environ["DOES"] + ".up").touch()
    time.sleep(600)
sys.exit("fail" in does)
"""
SPEC = """\
---
type: code
---

# Write the file

## Acceptance Criteria

- [ ] The file is whole
- [ ] It says so `$ grep -q whole half.txt`
"""


@pytest.fixture
def failing(project: Path) -> Path:
    agent = project.parent / "agent.py"
    agent.write_text(AGENT)
    command = f"[{sys.executable}, {agent}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    (project / ".chant/config.md").write_text(config)
    (project / f".chant/specs/{ID}.md").write_text(SPEC)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "an agent")
    return project


def run(project: Path, *arguments: str, does: str = "edit fail") -> Told:
    words = project.parent / "does"
    words.write_text(does)
    return chant(project, *arguments, env=environment(project.parent, DOES=str(words)))


def taken(project: Path, *arguments: str) -> dict:
    told = run(project, "takeover", "001", "--json", *arguments)
    assert told.code == 0, told
    return json.loads(told.stdout)


def status(project: Path) -> str:
    return json.loads(chant(project, "show", "001", "--json").stdout)["status"]


def end_it(project: Path) -> None:
    where = taken(project)
    (Path(where["folder"]) / "half.txt").write_text("whole")
    copy = Path(where["copy"])
    copy.write_text(copy.read_text().replace("- [ ] The file", "- [x] The file"))


def test_takeover_tells_where_the_work_stands(failing: Path) -> None:
    assert run(failing, "work", "001").code == 1
    told = taken(failing)
    assert (told["state"], told["branch"]) == ("failed", f"chant/{ID}")
    assert Path(told["folder"], "half.txt").read_text() == "half"
    assert [one["subject"] for one in told["commits"]] == [f"chant: checkpoint {ID}"]
    assert told["stat"]["files"] >= 1 and len(told["open_criteria"]) == 2
    assert "as far as I got" in told["log"] and told["stopped"] is False
    shown = run(failing, "takeover", "001")
    assert "- [ ] The file is whole" in shown.stdout and "chant finalize" in shown.stderr


def test_takeover_asks_before_it_stops_an_agent(failing: Path) -> None:
    assert run(failing, "work", "001", "--detach", does="edit hang").code == 0
    wait_until((failing.parent / "does.up").exists)
    refused = run(failing, "takeover", "001")
    assert refused.code == 1 and "chant takeover" in refused.stderr and "-y" in refused.stderr
    assert status(failing) == "in_progress"
    assert run(failing, "finalize", "001").code == 1
    told = taken(failing, "-y")
    assert told["stopped"] and told["state"] == "paused" and status(failing) == "paused"
    assert "taken over by a person" in run(failing, "log", "001").stdout


def test_shell_opens_where_the_work_lies(failing: Path) -> None:
    run(failing, "work", "001")
    shell = failing.parent / "shell"
    shell.write_text("#!/bin/sh\npwd\nls\n")
    shell.chmod(0o755)
    env = environment(failing.parent, DOES=str(failing.parent / "does"), SHELL=str(shell))
    told = chant(failing, "takeover", "001", "--shell", env=env)
    assert told.stdout.endswith(f"{ID}\nhalf.txt\n"), told


def test_finalize_completes_what_a_person_ended(failing: Path) -> None:
    run(failing, "work", "001")
    end_it(failing)
    done = run(failing, "finalize", "001")
    assert (done.code, done.stdout) == (0, f"Completed: {ID}\n"), done
    subjects = git(failing, "log", "--format=%s", f"main..chant/{ID}").split("\n")
    assert subjects[0] == f"chant: complete {ID}" and f"chant({ID}): Write the file" in subjects
    assert git(failing, "show", f"chant/{ID}:half.txt") == "whole"
    assert "status: completed" in git(failing, "show", f"chant/{ID}:.chant/specs/{ID}.md")
    merged = run(failing, "merge", "001")
    assert merged.code == 0 and (failing / "half.txt").read_text() == "whole", merged


def test_finalize_with_merge_does_both(failing: Path) -> None:
    run(failing, "work", "001")
    end_it(failing)
    done = run(failing, "finalize", "001", "--merge", "--json")
    assert done.code == 0 and json.loads(done.stdout)["merged"] is True, done
    assert (failing / "half.txt").read_text() == "whole"


def test_completed_work_that_cannot_be_merged_says_so(failing: Path) -> None:
    run(failing, "work", "001")
    end_it(failing)
    (failing / "half.txt").write_text("somebody else's\n")
    git(failing, "add", "half.txt")
    git(failing, "commit", "-qm", "the same file")
    done = run(failing, "finalize", "001", "--merge")
    assert (done.code, done.stdout) == (1, f"Completed: {ID}\n") and "not merged" in done.stderr
    assert status(failing) == "completed"
    assert "chant merge" in run(failing, "takeover", "001").stderr
    again = run(failing, "finalize", "001")
    assert again.code == 1 and "chant merge" in again.stderr


def test_what_is_not_done_is_refused_and_stays_as_it_stood(failing: Path) -> None:
    run(failing, "work", "001")
    refused = run(failing, "finalize", "001")
    assert refused.code == 1 and "2 criteria are not met" in refused.stderr, refused
    assert "--skip-criteria" in refused.stderr and status(failing) == "failed"
    copy = Path(taken(failing)["copy"])
    copy.write_text(copy.read_text().replace("- [ ]", "- [x]"))
    lied = run(failing, "finalize", "001")
    assert lied.code == 1 and "It says so" in lied.stderr, "its check fails, whatever its box says"
    assert run(failing, "finalize", "001", "--skip-criteria").code == 0


def test_nothing_done_is_refused(failing: Path) -> None:
    run(failing, "work", "001", does="fail")
    refused = run(failing, "finalize", "001", "--skip-criteria")
    assert refused.code == 1 and "changed nothing" in refused.stderr, refused


@pytest.mark.parametrize("verb", ["takeover", "finalize"])
def test_a_spec_without_a_run_is_refused(failing: Path, verb: str) -> None:
    told = run(failing, verb, "001")
    assert told.code == 1 and "hint: " in told.stderr and told.stdout == ""


@pytest.mark.parametrize("verb", ["takeover", "finalize"])
def test_an_agent_may_not(failing: Path, verb: str) -> None:
    env = environment(failing.parent, CHANT_ROLE="worker")
    assert chant(failing, verb, "001", env=env).code == 1


def test_a_killed_finalize_is_recovered(failing: Path) -> None:
    """Killed while a check of it runs."""
    run(failing, "work", "001")
    end_it(failing)
    reached, config = failing.parent / "reached", failing / ".chant/config.md"
    before = config.read_text()
    config.write_text(before.replace("\n---", f'\nverify: ["touch {reached}; sleep 600"]\n---'))
    env = environment(failing.parent, DOES=str(failing.parent / "does"))
    begun = subprocess.Popen(
        [sys.executable, "-m", "chant_ls.cli", "finalize", "001"], cwd=failing, env=env
    )
    wait_until(reached.exists)
    begun.kill()
    begun.wait()
    config.write_text(before)
    assert "chant recover" in run(failing, "finalize", "001").stderr
    assert run(failing, "recover").code == 0
    assert run(failing, "finalize", "001").code == 0
    assert git(failing, "show", f"chant/{ID}:half.txt") == "whole"
