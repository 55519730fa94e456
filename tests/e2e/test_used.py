"""What an agent used, in every place where a user looks; `claude` on PATH is a recorded stream."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.running import REPOSITORY, Told, chant, environment
from tests.e2e.conftest import git

STREAMS = REPOSITORY / "tests" / "engine" / "streams"
ID = "2026-02-01-001-abc"
SPEC = """\
---
type: code
provider: claude
---

# Write it

## Acceptance Criteria

- [ ] It is there
"""
USED = {"input_tokens": 4312, "output_tokens": 56, "cached_tokens": 4000, "cost_usd": 0.0421}
WORDS = "4312 tokens in (4000 from the cache), 56 out, 0.0421 USD"


@pytest.fixture
def user(project: Path) -> dict[str, str]:
    program = project.parent / "bin" / "claude"
    program.parent.mkdir()
    replay = REPOSITORY / "tests" / "agents" / "replay.py"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{replay}" "$@"\n')
    program.chmod(0o755)
    (project / f".chant/specs/{ID}.md").write_text(SPEC)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a spec")
    return {
        **environment(project.parent),
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "REPLAY_STREAM": str(STREAMS / "claude.jsonl"),
        "AGENT_GATE": str(project.parent / "gate"),
    }


def lines(told: Told) -> list[dict[str, object]]:
    assert told.code == 0, told.stdout + told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_cost_and_tokens_are_shown_and_given_as_json(project: Path, user: dict[str, str]) -> None:
    ran = lines(chant(project, "work", ID, "--json", env=user))
    logged = lines(chant(project, "log", ID, "--json", env=user))
    for events in (ran, logged):
        (used,) = (event for event in events if event["event"] == "usage")
        assert {key: used[key] for key in USED} == USED
    assert logged == [event for event in ran if event["run"]]
    assert lines(chant(project, "log", ID, "--json", "-n", "2", env=user)) == logged[-2:]
    assert f"# used: {WORDS}" in chant(project, "log", ID, env=user).stdout
    assert WORDS in chant(project, "show", ID, env=user).stdout
    shown = json.loads(chant(project, "show", ID, "--json", env=user).stdout)
    assert shown["run"]["usage"] == USED


def test_events_of_each_attempt(project: Path, user: dict[str, str]) -> None:
    fails = {**user, "REPLAY_STREAM": str(STREAMS / "claude-error.jsonl")}
    told = chant(project, "work", ID, env=fails)
    assert (told.code, "used: 1 tokens in, 2 out, 1.5000 USD" in told.stdout) == (1, True)
    chant(project, "resume", ID, env=user)
    costs = {}
    for run in ("1", "2", "all", "latest"):
        events = lines(chant(project, "log", ID, "--json", "--run", run, env=user))
        costs[run] = [event["cost_usd"] for event in events if event["event"] == "usage"]
    assert costs == {"1": [1.5], "2": [0.0421], "all": [1.5, 0.0421], "latest": [0.0421]}
    refused = chant(project, "log", ID, "--json", "--run", "7", env=user)
    assert refused.code == 1 and "no run 7" in refused.stderr
