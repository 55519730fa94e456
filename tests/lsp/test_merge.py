"""Merging through the server where the branch conflicts with main."""

from pathlib import Path

import pytest

from tests.lsp.working import CAPABILITIES, ID, command, execute, git, refusal, status_is, until


@pytest.fixture
def client(connect, repo, env):
    """A spec is completed; main has another answer by now."""
    client = connect(env=env)
    client.initialize(
        repo, capabilities=CAPABILITIES, initializationOptions={"trusted": True, "index": True}
    )
    client.specs(None, bool)
    execute(client, "work", spec=ID)
    status_is(client, "completed")
    (repo / "src").mkdir()
    (repo / "src/answer.txt").write_text("41\n")
    git(repo, "add", "src")
    git(repo, "commit", "-qm", "another answer")
    return client


def test_a_conflict_is_told_with_its_files_and_its_folder(client, repo):
    told = refusal(client, "merge", spec=ID, rebase=True)
    assert "src/answer.txt" in told["message"] and "chant merge --continue" in told["message"]
    assert told["data"]["files"] == ["src/answer.txt"]
    assert "<<<<<<<" in (Path(told["data"]["folder"]) / "src/answer.txt").read_text()
    assert (repo / "src/answer.txt").read_text() == "41\n"


def test_an_agent_settles_it_and_nobody_waits_for_its_end(client, repo, gate):
    gate.touch()
    begun = execute(client, "merge", spec=ID, auto=True)
    assert begun["ok"] and begun["run"]
    assert (repo / "src/answer.txt").read_text() == "41\n"
    gate.unlink()
    client.until(lambda m: (m.get("params") or {}).get("event") == "merged")
    assert (repo / "src/answer.txt").read_text() == "42\n"
    assert git(repo, "status", "--porcelain") == ""


def test_a_merge_under_way_is_ended_though_the_editor_is_closed(connect, repo, env):
    client = connect(env=env)
    told = {"trusted": True}
    client.initialize(repo, capabilities=CAPABILITIES, initializationOptions=told)
    client.specs(repo, bool)
    execute(client, "work", spec=ID)
    status_is(client, "completed")
    git(repo, "config", "filter.slow.smudge", "sleep 3; cat")
    (repo / ".git/info/attributes").write_text("src/answer.txt filter=slow\n")
    client.ask("workspace/executeCommand", command("merge", spec=ID))
    jobs = repo / ".git/chant"
    until(lambda: any('"merge": {' in one.read_text() for one in jobs.rglob("jobs/*.json")))
    assert client.leave() == 0
    until(lambda: git(repo, "branch", "--list", "chant/*") == "")
    assert (repo / "src/answer.txt").read_text() == "42\n"
    assert git(repo, "status", "--porcelain") == ""
