"""Runs that the server did not start, or whose supervisor dies: each is followed to its end."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.lsp.conftest import REPOSITORY
from tests.lsp.working import CAPABILITIES, ID, execute, status_is


@pytest.fixture
def client(connect, repo, env, gate):
    gate.touch()
    client = connect(env=env)
    told = {"trusted": True}
    client.initialize(repo, capabilities=CAPABILITIES, initializationOptions=told)
    client.specs(repo, bool)
    return client


def kind_of(message):
    value = (message.get("params") or {}).get("value")
    return value.get("kind") if isinstance(value, dict) else None


def test_a_run_whose_supervisor_dies_is_ended_for_the_client(client, repo, gate):
    run = execute(client, "work", spec=ID)["run"]
    client.until(lambda m: kind_of(m) == "begin")
    (told,) = (repo / ".git/chant").rglob("jobs/*.pid.json")
    os.kill(json.loads(told.read_text())["supervisor"]["pid"], signal.SIGKILL)
    event = client.until(lambda m: (m.get("params") or {}).get("event") == "finished")["params"]
    assert (event["run"], event["spec"], event["state"]) == (run, ID, "needs_attention")
    assert "interrupted" in event["error"] and "chant recover" in event["hint"]
    client.until(lambda m: kind_of(m) == "end")
    status_is(client, "needs_attention")
    gate.unlink()


def test_a_run_of_a_terminal_is_followed_once(client, repo, gate, env):
    code = "import sys; from chant_ls.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "-C", str(repo), "work", ID]
    told = {**os.environ, **env, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL) as terminal:
        client.until(lambda m: kind_of(m) == "begin")
        gate.unlink()
        client.until(lambda m: kind_of(m) == "end")
    assert terminal.returncode == 0
    status_is(client, "completed")
    told = [m["params"]["event"] for m in client.seen if m.get("method") == "chant/runEvent"]
    assert told.count("finished") == told.count("started") == 1


def test_a_client_that_refuses_its_progress_is_sent_none(client, gate):
    client.answers["window/workDoneProgress/create"] = None
    execute(client, "work", spec=ID)
    asked = client.until(lambda m: m.get("method") == "window/workDoneProgress/create")
    client.send(id=asked["id"], error={"code": -32603, "message": "no room"})
    gate.unlink()
    client.until(lambda m: (m.get("params") or {}).get("event") == "finished")
    status_is(client, "completed")
    assert not [m for m in client.seen if m.get("method") == "$/progress"]
    assert client.leave() == 0 and not client.stderr


def test_a_folder_that_comes_again_has_its_run_followed_once(client, repo, gate):
    execute(client, "work", spec=ID)
    client.until(lambda m: kind_of(m) == "begin")
    client.folders([repo], [])
    client.folders([], [repo])
    client.specs(repo, lambda found: bool(found) and found[0]["status"] == "in_progress")
    gate.unlink()
    client.until(lambda m: kind_of(m) == "end")
    client.specs(repo, lambda found: found[0]["status"] == "completed")
    told = [m["params"]["event"] for m in client.seen if m.get("method") == "chant/runEvent"]
    assert told.count("finished") == told.count("started") == 1
