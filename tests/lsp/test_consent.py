"""Before commands of a project's choosing run, the user agrees to them, once for each set."""

import json
import stat
from pathlib import Path

import pytest

from chant_ls.lsp.consent import clean, shown
from tests.lsp.conftest import RawClient
from tests.lsp.working import ID, execute, git, refusal, status_is

ASK = "window/showMessageRequest"
WORK = {"spec": ID}
ASKS = {"experimental": {"chant": {"consent": True}}}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def started(home):
    """A server of its own, or the one of these capabilities that the tests here share."""
    clients: list[RawClient] = []
    shared: dict[bool, RawClient] = {}

    def start(capabilities, fresh):
        asks = capabilities == ASKS
        if fresh or asks not in shared:
            names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
            clients.append(RawClient(env=dict.fromkeys(names, str(home))))
            told = {"capabilities": capabilities, "initializationOptions": {"trusted": True}}
            clients[-1].initialize(None, **told)
            shared.setdefault(asks, clients[-1])
        return clients[-1] if fresh else shared[asks]

    yield start
    for client in clients:
        client.end()


@pytest.fixture
def begin(started, repo):
    """A client that has the repository, alone, and gives this answer to the question."""
    opened: list[RawClient] = []

    def start(answer=None, capabilities=ASKS, fresh=False):
        client = started(capabilities, fresh)
        client.seen.clear()
        client.answers[ASK] = lambda params: answer and {"title": answer}
        client.folders([], [repo])
        opened.append(client)
        client.specs(repo, bool)
        return client

    yield start
    for client in opened:
        client.folders([repo], [])


def questions(client, method=ASK):
    return [m["params"]["message"] for m in client.seen if m.get("method") == method]


def worked(client):
    """A run of the spec, to its end; afterwards it may be worked again."""
    assert execute(client, "work", spec=ID)["run"]
    status_is(client, "completed")
    execute(client, "reset", spec=ID)


def test_the_question_shows_what_would_run_and_a_yes_is_remembered(begin, repo, home):
    client = begin("Run")
    worked(client)
    [asked] = questions(client)
    assert "tools/agent.py" in asked and "repo" in asked.splitlines()[0]
    [kept] = (home / "chant/consent").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["root"] == str(repo)
    second = begin(None, fresh=True)
    worked(second)
    assert questions(second) == []
    file = repo / f".chant/specs/{ID}.md"
    file.write_text(file.read_text().replace("is written\n", "is written `$ ls`\n"))
    assert "did not agree" in refusal(second, "work", spec=ID)["message"]
    [again] = questions(second)
    assert "check: ls" in again


def test_without_a_yes_nothing_starts(begin, repo):
    client = begin()
    for answer, name, argument in [(None, "work", WORK), ({"title": "Don't run"}, "workReady", {})]:
        client.answers[ASK] = lambda params, answer=answer: answer
        error = refusal(client, name, **argument)
        assert error["code"] == -32803 and "chant work" in error["message"]
    assert len(questions(client)) == 2
    assert git(repo, "worktree", "list").count("\n") == 1


def test_an_error_of_the_client_is_a_no_and_other_requests_go_on_meanwhile(begin, repo):
    client = begin()
    client.answers[ASK] = None
    asked = client.ask("workspace/executeCommand", {"command": "chant.work", "arguments": [WORK]})
    question = client.until(lambda m: m.get("method") == ASK)
    assert client.request("chant/specs", {})
    client.send(id=question["id"], error={"code": -32601, "message": "what is that?"})
    assert "did not agree" in client.answer(asked)["error"]["message"]


def test_work_that_cannot_start_is_not_asked_about(begin, repo):
    file = repo / f".chant/specs/{ID}.md"
    file.write_text(file.read_text().replace("type: code", "approval: {required: true}"))
    client = begin("Run")
    assert "approv" in refusal(client, "work", spec=ID)["message"]
    assert questions(client) == []


def test_what_changes_while_the_question_is_open_is_asked_again(begin, repo):
    client = begin()
    config = repo / ".chant/config.md"
    texts = iter([config.read_text().replace("agent.py,", "agent.py, --more,"), None])

    def answer(params):
        if text := next(texts):
            config.write_text(text)
            return {"title": "Run"}
        return None

    client.answers[ASK] = answer
    assert "did not agree" in refusal(client, "work", spec=ID)["message"]
    assert ["--more" in text for text in questions(client)] == [False, True]


def test_a_client_that_does_not_ask_is_told_once(begin, home):
    kept = set(home.glob("chant/consent/*"))
    client = begin(capabilities={})
    worked(client)
    assert execute(client, "work", spec=ID)["run"]
    status_is(client, "completed")
    [told] = questions(client, "window/showMessage")
    assert "tools/agent.py" in told
    assert set(home.glob("chant/consent/*")) == kept


def test_what_is_shown_is_bounded_and_cannot_deceive():
    assert clean("a\x1b[2J\u202eb\n  c\x00") == "a [2J b c"
    text = shown(tuple(f"run {n} {'x' * n * 30}" for n in range(20)))
    assert len(text.splitlines()) == 14 and max(map(len, text.splitlines())) <= 201
    assert "8 more" in text and "--dry-run" in text
    assert shown(("one", "two")) == "one\ntwo"
