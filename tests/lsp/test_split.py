"""A spec divided by an agent, from an editor: an edit of the client, when it is trusted."""

import sys
from pathlib import Path

import psutil
import pytest

from tests.engine.project import ID, SPEC
from tests.engine.split_answers import GOOD
from tests.gitrepo import RepoUnderTest, make_repo
from tests.lsp.working import until

AGENT = Path(__file__).parent.parent / "agents" / "answering.py"
CAPABILITIES: dict[str, object] = {
    "window": {"workDoneProgress": True},
    "experimental": {"chant": {"consent": True}},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
}
SPLIT = {"command": "chant.split", "arguments": [{"spec": "001-abc"}]}


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers/1.md").write_text(GOOD)
    command = f"[{sys.executable}, {AGENT}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    repo.commit({".chant/config.md": config, f".chant/specs/{ID}.md": SPEC})
    return repo


@pytest.fixture
def start(connect, repo, tmp_path):
    def begin(trusted: bool):
        home = str(tmp_path / "home")
        env = {"HOME": home, "XDG_DATA_HOME": home, "ANSWERS": str(tmp_path / "answers")}
        client = connect(env=env)
        told = {"trusted": trusted}
        client.initialize(repo.root, capabilities=CAPABILITIES, initializationOptions=told)
        client.specs(repo.root, bool)
        return client

    return begin


def test_an_agent_splits_by_an_edit(start, repo):
    client, applied = start(True), []
    client.answers["workspace/applyEdit"] = lambda p: applied.append(p) or {"applied": True}
    questions, choice = [], {"title": "Don't run"}
    client.answers["window/showMessageRequest"] = lambda p: questions.append(p) or choice
    before = repo.picture()
    assert "did not agree" in client.error("workspace/executeCommand", SPLIT)["message"]
    assert "answering.py" in questions[0]["message"] and not applied
    uri = client.open(repo.root / f".chant/specs/{ID}.md", SPEC + "\nmore\n")
    assert "not saved" in client.error("workspace/executeCommand", SPLIT)["message"]
    client.close(uri)
    choice["title"] = "Run"
    done = client.request("workspace/executeCommand", SPLIT)
    assert done["ok"] and done["run"] and done["created"] == []
    assert progress(client, "begin")["cancellable"]
    assert progress(client, "end")["message"] == "split into 2 members"
    assert repo.picture() == before
    changes = applied[0]["edit"]["documentChanges"]
    assert [c["kind"] for c in changes if "kind" in c] == ["create", "create"]
    written = "".join(e["newText"] for c in changes for e in c.get("edits", ()))
    assert "# Free the lock" in written and "driver" in written


def progress(client, kind):
    def right(message):
        value = (message.get("params") or {}).get("value")
        return isinstance(value, dict) and value.get("kind") == kind

    return client.until(right)["params"]["value"]


@pytest.fixture
def thinking(start, tmp_path):
    """A client whose agent thinks, and that agent's process."""
    (tmp_path / "answers/hang").touch()
    client = start(True)
    client.answers["window/showMessageRequest"] = lambda p: {"title": "Run"}
    assert client.request("workspace/executeCommand", SPLIT)["created"] == []
    until(lambda: (tmp_path / "answers/pid").exists())
    until((tmp_path / "answers/pid").read_text)
    return client, psutil.Process(int((tmp_path / "answers/pid").read_text()))


def nothing_is_left(repo, agent):
    until(lambda: not agent.is_running())
    until(lambda: len(repo.git("worktree", "list").splitlines()) == 1)
    until(lambda: not [p for p in psutil.process_iter(["cmdline"]) if of(repo, p)])


def of(repo, process):
    return any(str(repo.root) in one for one in process.info["cmdline"] or ())


def test_others_are_answered_while_the_agent_thinks_and_it_can_be_stopped(thinking, repo):
    client, agent = thinking
    assert client.request("chant/specs", {})
    refused = client.error("workspace/executeCommand", SPLIT)["message"]
    assert ID in refused
    begun = client.seen.index(next(m for m in client.seen if "begin" in str(m)))
    token = client.seen[begun]["params"]["token"]
    client.notify("window/workDoneProgress/cancel", {"token": token})
    assert "stopped" in progress(client, "end")["message"]
    nothing_is_left(repo, agent)


def test_cancel_of_a_spec_that_is_being_split_stops_the_agent_alone(thinking, repo):
    client, agent = thinking
    cancel = {"command": "chant.cancel", "arguments": [{"spec": ID}]}
    assert client.request("workspace/executeCommand", cancel)["ok"]
    assert "stopped" in progress(client, "end")["message"]
    assert client.request("chant/specs", {})[0]["status"] == "ready"
    nothing_is_left(repo, agent)


@pytest.mark.parametrize("end", ["exit", "kill"])
def test_it_ends_with_the_server(thinking, repo, end):
    client, agent = thinking
    if end == "exit":
        assert client.leave() == 0
    else:
        client.end()
    nothing_is_left(repo, agent)


def test_nothing_is_asked_of_an_agent_untrusted(start, tmp_path):
    client = start(False)
    assert "not trusted" in client.error("workspace/executeCommand", SPLIT)["message"]
    assert not list((tmp_path / "answers").glob("prompt-*"))
