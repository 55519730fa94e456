"""A spec divided by an agent, from an editor: an edit of the client, when it is trusted."""

import sys
from pathlib import Path

import pytest

from tests.engine.project import ID, SPEC
from tests.engine.split_answers import GOOD
from tests.gitrepo import RepoUnderTest, make_repo

AGENT = Path(__file__).parent.parent / "agents" / "answering.py"
CAPABILITIES: dict[str, object] = {
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
    assert done == {"ok": True, "created": [f"{ID}.1", f"{ID}.2"]}
    assert repo.picture() == before
    changes = applied[0]["edit"]["documentChanges"]
    assert [c["kind"] for c in changes if "kind" in c] == ["create", "create"]
    written = "".join(e["newText"] for c in changes for e in c.get("edits", ()))
    assert "# Free the lock" in written and "driver" in written


def test_nothing_is_asked_of_an_agent_untrusted(start, tmp_path):
    client = start(False)
    assert "not trusted" in client.error("workspace/executeCommand", SPLIT)["message"]
    assert not list((tmp_path / "answers").glob("prompt-*"))
