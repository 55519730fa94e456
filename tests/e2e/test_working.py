"""The guide, walked through: add, work in every width, look, merge, stop."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git
from tests.matrix import Row

AGENT = """\
import os, pathlib, sys
prompt = sys.stdin.read()
assert os.environ["CHANT_SPEC_ID"] in prompt
pathlib.Path(os.environ["CHANT_SPEC_ID"] + ".txt").write_text("made")
print("worked on", os.environ["CHANT_SPEC_ID"])
"""
CONFIG = """\
---
project: {{name: guide}}
defaults: {{provider: scripted}}
providers:
  scripted: {{command: ["{python}", "{agent}"]}}
---
"""


@pytest.fixture
def guide(project: Path) -> Path:
    agent = project.parent / "agent.py"
    agent.write_text(AGENT)
    config = CONFIG.format(python=sys.executable, agent=agent)
    (project / ".chant" / "config.md").write_text(config)
    git(project, "commit", "-qam", "an agent")
    return project


def done(told: Told) -> str:
    assert told.code == 0, told.stdout + told.stderr
    return told.stdout


def add(project: Path, *arguments: str) -> str:
    found = re.fullmatch(r"Created spec: (\S+)\n", done(chant(project, "add", *arguments)))
    assert found
    return found[1]


def listed(project: Path, *arguments: str) -> dict[str, str]:
    rows = done(chant(project, "list", *arguments)).splitlines()
    return {row.split()[0]: row.split()[1] for row in rows}


@pytest.mark.scenario(Row.GUIDE, way="parallel")
def test_parallel_merge_as_the_guide_tells(guide: Path) -> None:
    labelled = ["--type", "code", "--label", "v0.8.0"]
    ids = [add(guide, f"Fix issue #{n}", *labelled) for n in (1234, 1235, 1236)]
    add(guide, "Something else")
    before = git(guide, "stash", "list"), git(guide, "rev-parse", "--abbrev-ref", "HEAD")

    told = done(
        chant(guide, "work", "--parallel", "--label", "v0.8.0", "--max-parallel", "3", "--no-merge")
    )

    assert all(f"worked on {id}" in told for id in ids)
    assert listed(guide, "--label", "v0.8.0") == dict.fromkeys(ids, "completed")
    assert listed(guide, "--label", "v0.8.0", "--status", "in_progress") == {}
    assert "(not merged)" in chant(guide, "list").stdout
    done(chant(guide, "merge", "--all", "--rebase", "--auto"))
    assert all((guide / f"{id}.txt").read_text() == "made" for id in ids)
    assert listed(guide, "--label", "v0.8.0") == {}
    assert "(not merged)" not in chant(guide, "list", "--all").stdout
    assert git(guide, "status", "--porcelain") == ""
    assert before == (git(guide, "stash", "list"), git(guide, "rev-parse", "--abbrev-ref", "HEAD"))


@pytest.mark.scenario(Row.GUIDE, way="chain")
def test_chain_in_the_order_given_merges_as_it_goes(guide: Path) -> None:
    first = add(guide, "URGENT: Reproduce", "--type", "task", "--label", "hotfix")
    second = add(guide, "URGENT: Fix", "--depends-on", first)

    told = done(chant(guide, "work", "--chain", first, second))

    assert told.index(f"worked on {first}") < told.index(f"worked on {second}")
    assert listed(guide, "--all") == {first: "completed", second: "completed"}
    assert (guide / f"{second}.txt").is_file()


def test_single_work_waits_for_review_and_is_logged(guide: Path) -> None:
    id = add(guide, "Alone")

    done(chant(guide, "work", id[-3:]))

    assert f"worked on {id}" in done(chant(guide, "log", id))
    assert not (guide / f"{id}.txt").exists()
    assert done(chant(guide, "merge", id, "--dry-run")) and not (guide / f"{id}.txt").exists()
    done(chant(guide, "merge", id))
    assert (guide / f"{id}.txt").is_file()
    assert f"refs/chant/undo/{id}-r1" in git(guide, "for-each-ref")


def test_failing_agent_fails_the_command_and_keeps_its_work(guide: Path) -> None:
    (guide.parent / "agent.py").write_text(f"{AGENT}\nsys.exit(7)\n")
    id = add(guide, "Fails")

    told = chant(guide, "work", id)

    assert told.code == 1
    assert "7" in told.stdout + told.stderr
    assert listed(guide) == {id: "failed"}
    assert f"chant/{id}" in git(guide, "branch", "--list")
    assert done(chant(guide, "reset", id, "-y")).startswith("Reset: ")
    assert listed(guide) == {id: "ready"}


def test_interrupt_pauses_and_resume_goes_on(guide: Path) -> None:
    agent = guide.parent / "agent.py"
    agent.write_text(f"{AGENT}\nimport time\nprint('asleep', flush=True)\ntime.sleep(600)\n")
    id = add(guide, "Sleeps")
    command = [sys.executable, "-m", "chant_ls.cli", "work", id]
    env, pipe = environment(guide.parent), subprocess.PIPE
    with subprocess.Popen(command, cwd=guide, env=env, stdout=pipe, stderr=pipe, text=True) as run:
        assert run.stdout is not None
        assert any("asleep" in line for line in run.stdout)
        run.send_signal(signal.SIGINT)
        told, wrong = run.communicate(timeout=60)

    assert run.returncode == 130 and f"chant resume {id}" in told, wrong
    assert listed(guide) == {id: "paused"}
    agent.write_text(AGENT.replace('"made"', '"made at last"'))
    assert f"worked on {id}" in done(chant(guide, "resume", id))
    assert "(not merged)" in chant(guide, "list").stdout


def test_cancel_frees_dependents_and_reset_brings_it_back(guide: Path) -> None:
    first = add(guide, "First")
    second = add(guide, "Second", "--depends-on", first)
    assert listed(guide)[second] == "blocked"

    told = chant(guide, "cancel", first)

    assert told.code == 0 and second[11:] in told.stderr
    assert listed(guide, "--all") == {first: "cancelled", second: "ready"}
    done(chant(guide, "reset", first))
    assert listed(guide)[first] == "ready"


def test_recover_has_nothing_to_do(guide: Path) -> None:
    told = chant(guide, "recover")
    assert (told.code, told.stdout) == (0, "")


def test_approval_is_waited_for(guide: Path) -> None:
    id = add(guide, "Careful", "--needs-approval")
    assert "(needs approval)" in chant(guide, "list").stdout
    done(chant(guide, "approve", id, "--by", "Somebody"))
    assert listed(guide) == {id: "ready"}
    done(chant(guide, "reject", id, "--by", "Somebody", "--reason", "not now"))
    assert listed(guide) == {id: "blocked"}


def test_quiet_work_prints_no_chatter(guide: Path) -> None:
    id = add(guide, "Quiet")
    told = chant(guide, "-q", "work", id)
    assert (told.code, told.stdout, told.stderr) == (0, "", "")


def test_dry_run_starts_nothing(guide: Path) -> None:
    id = add(guide, "Planned")
    assert "agent.py" in chant(guide, "work", id, "--dry-run").stdout
    assert listed(guide) == {id: "ready"}
