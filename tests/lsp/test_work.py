"""Work, watch, merge and cancel through the server, with a real repository and a real agent."""

import subprocess
import sys

import pytest

from tests.lsp.working import CAPABILITIES, ID, SPEC, events, execute, git, refusal, status_is


@pytest.fixture
def start(connect, repo, env):
    def begin(trusted=True, **options):
        client = connect(env=env, **options)
        told = {"trusted": trusted}
        client.initialize(repo, capabilities=CAPABILITIES, initializationOptions=told)
        client.specs(None, bool)
        return client

    return begin


def test_a_spec_is_worked_watched_and_merged(start, repo, gate):
    gate.touch()
    client = start()
    uri = client.open(repo / f".chant/specs/{ID}.md")
    lenses = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    work = next(one["command"] for one in lenses if one["command"]["command"] == "chant.work")
    started = client.request("workspace/executeCommand", work | {"title": None})
    assert started["ok"] and started["run"]
    created = client.until(lambda m: m.get("method") == "window/workDoneProgress/create")
    token = created["params"]["token"]
    status_is(client, "in_progress")
    assert ID in refusal(client, "work", spec=ID)["message"]
    gate.unlink()
    ended = client.until(lambda m: value_of(m, token).get("kind") == "end")
    assert "completed" in value_of(ended, token)["message"]
    begun = next(v for m in client.seen if (v := value_of(m, token)).get("kind") == "begin")
    assert begun["cancellable"] and "Write the answer" in begun["title"]
    assert {"started", "agent_started", "output", "finished"} <= set(events(client))
    assert status_is(client, "completed")["merged"] is False
    log = execute(client, "log", spec=ID)
    assert "wrote the answer" in log["text"] and log["run"] == started["run"]
    merged = execute(client, "merge", spec="001-abc")
    assert merged["ok"] and merged["commit"]
    assert (repo / "src/answer.txt").read_text() == "42\n"
    assert git(repo, "rev-parse", "main").strip() == merged["commit"]
    assert git(repo, "status", "--porcelain") == ""
    client.specs(None, lambda found: found[0]["merged"] is True)
    assert client.leave() == 0


def value_of(message, token):
    params = message.get("params") or {}
    right = message.get("method") == "$/progress" and params["token"] == token
    return params["value"] if right else {}


def test_a_run_outlives_the_server_and_the_next_server_attaches(start, repo, gate):
    gate.touch()
    first = start()
    run = execute(first, "work", spec=ID)["run"]
    first.end()
    second = start()
    event = second.notification("chant/runEvent")
    assert event["run"] in (run, "")
    gate.unlink()
    second.until(lambda m: (m.get("params") or {}).get("event") == "finished")
    status_is(second, "completed")


def test_what_work_finds_on_its_way_is_told(start, repo):
    """The first spec was merged in a terminal, by git itself: the second waits no more."""
    later = "2026-01-01-002-def"
    text = f"---\ntype: code\ndepends_on: [{ID}]\n---\n\n# Next\n"
    (repo / f".chant/specs/{later}.md").write_text(text)
    git(repo, "add", ".chant")
    git(repo, "commit", "-qm", "next")
    client = start()
    execute(client, "work", spec=ID)
    status_is(client, "completed")
    git(repo, "merge", "-q", "--no-edit", f"chant/{ID}")
    assert execute(client, "work", spec=later)["ok"]
    told = [m["params"]["message"] for m in client.seen if m.get("method") == "window/showMessage"]
    assert any(f"{ID}: its work is in main already" in message for message in told), told
    client.specs(None, lambda found: found[1]["status"] == "failed")
    assert client.specs(None, lambda found: found[0]["merged"] is True)


def test_a_run_is_cancelled_by_its_progress(start, repo, gate):
    gate.touch()
    client = start()
    execute(client, "work", spec=ID)
    created = client.until(lambda m: m.get("method") == "window/workDoneProgress/create")
    token = created["params"]["token"]
    client.until(lambda m: value_of(m, token).get("kind") == "begin")
    client.notify("window/workDoneProgress/cancel", {"token": token})
    client.until(lambda m: value_of(m, token).get("kind") == "end")
    assert git(repo, "status", "--porcelain") == ""


def test_a_run_is_cancelled_by_command(start, repo, gate):
    gate.touch()
    client = start()
    execute(client, "work", spec=ID)
    assert execute(client, "cancel", spec=ID)["ok"]
    status_is(client, "cancelled")


def test_an_unsaved_buffer_is_refused(start, repo):
    client = start()
    uri = client.open(repo / f".chant/specs/{ID}.md")
    client.change(uri, 2, {"text": SPEC + "\nmore\n"})
    error = refusal(client, "work", spec=ID)
    assert error["code"] == -32803 and "not saved" in error["message"]
    (repo / f".chant/specs/{ID}.md").write_text(SPEC + "\nmore\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert execute(client, "work", spec=ID)["ok"]
    client.until(lambda m: (m.get("params") or {}).get("event") == "finished")


def test_a_buffer_behind_its_file_is_no_obstacle(start, repo):
    client = start()
    uri = client.open(repo / f".chant/specs/{ID}.md")
    client.change(uri, 2, {"text": SPEC})
    (repo / f".chant/specs/{ID}.md").write_text(SPEC + "\nby another program\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    assert execute(client, "work", spec=ID)["ok"]
    client.until(lambda m: (m.get("params") or {}).get("event") == "finished")


def test_refusals_tell_the_next_step(start, repo):
    client = start()
    for name, argument, said in [
        ("work", {"spec": "nothing-like-it"}, "no spec"),
        ("merge", {"spec": ID}, ID),
        ("resume", {"spec": ID}, "chant work"),
        ("reset", {"spec": ID}, "pending"),
    ]:
        error = refusal(client, name, **argument)
        assert error["code"] == -32803 and said in error["message"], error
    assert refusal(client, "nonsense")["code"] == -32602
    assert refusal(client, "work")["code"] == -32602


RECORDED = """
import sys
def hook(event, args, names=("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork",
                             "os.system", "os.forkpty", "socket.connect", "socket.bind")):
    writing = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if event in names or (writing and {root!r} in str(args[0])):
        sys.stderr.write("DID " + event + repr(args) + chr(10))
        sys.stderr.flush()
sys.addaudithook(hook)
from chant_ls.lsp.main import main
main()
"""


def test_an_untrusted_project_starts_no_process_and_is_not_written(start, repo):
    state = {p: p.stat().st_mtime_ns for p in repo.rglob("*")}
    code = RECORDED.format(root=str(repo))
    client = start(trusted=False, command=[sys.executable, "-c", code])
    uri = client.open(repo / f".chant/specs/{ID}.md")
    client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": AT})
    for name in ("work", "merge", "cancel", "reset", "resume"):
        error = refusal(client, name, spec=ID)
        assert error["code"] == -32803 and "not trusted" in error["message"]
    assert "not trusted" in refusal(client, "workReady")["message"]
    assert "not trusted" in refusal(client, "approve", spec=ID, by="me")["message"]
    client.notify("workspace/didChangeWatchedFiles", {"changes": []})
    status_is(client, "ready")
    assert client.leave() == 0
    assert [line for line in client.stderr if line.startswith(b"DID")] == []
    assert {p: p.stat().st_mtime_ns for p in repo.rglob("*")} == state


AT = {"line": 1, "character": 7}


def test_the_recording_of_processes_records(tmp_path):
    file = tmp_path / "x"
    did = f"import subprocess; subprocess.run(['true']); open({str(file)!r}, 'w')"
    code = RECORDED.format(root=str(tmp_path)).partition("from chant_ls")[0] + did
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert b"DID subprocess.Popen" in done.stderr and b"DID open" in done.stderr
