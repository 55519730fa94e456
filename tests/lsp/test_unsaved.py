"""What is worked is what the user sees: nothing starts on a text that the editor holds unsaved."""

import pytest

from tests.lsp.working import CAPABILITIES, ID, SPEC, execute, git, refusal

NEXT = "2026-01-02-002-abd"
GROUP = "2026-01-03-003-abe"


@pytest.fixture
def client(connect, repo, env):
    specs = {
        NEXT: SPEC.replace("type: code", f"type: code\ndepends_on: [{ID}]"),
        GROUP: "---\ntype: driver\n---\n\n# A group\n",
        f"{GROUP}.1": SPEC,
    }
    for id, text in specs.items():
        (repo / f".chant/specs/{id}.md").write_text(text)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "more")
    client = connect(env=env)
    told = {"trusted": True}
    client.initialize(repo, capabilities=CAPABILITIES, initializationOptions=told)
    client.specs(repo, lambda found: len(found) == 4)
    return client


def edit(client, repo, id):
    uri = client.open(repo / f".chant/specs/{id}.md")
    client.change(uri, 2, {"text": SPEC + "\nmore\n"})


@pytest.mark.parametrize(
    ("edited", "verb", "argument"),
    [
        (ID, "work", {"spec": NEXT, "chain": True}),
        (ID, "workReady", {}),
        (f"{GROUP}.1", "work", {"spec": GROUP}),
    ],
)
def test_all_that_would_be_worked_must_be_saved(client, repo, edited, verb, argument):
    edit(client, repo, edited)
    message = refusal(client, verb, **argument)["message"]
    assert f"{edited} has changes that are not saved" in message
    assert git(repo, "branch", "--list", "chant/*") == ""


def test_an_unsaved_text_that_is_not_worked_is_no_obstacle(client, repo):
    edit(client, repo, NEXT)
    assert execute(client, "work", spec=ID)["run"]


def test_before_the_index_the_file_itself_is_asked(connect, repo, env):
    client = connect(env=env)
    told = {"trusted": True}
    client.initialize(repo, capabilities=CAPABILITIES, initializationOptions=told)
    uri = client.open(repo / f".chant/specs/{ID}.md", SPEC + "\nmore\n")
    assert "not saved" in refusal(client, "work", spec=ID)["message"]
    client.change(uri, 2, {"text": SPEC})
    assert execute(client, "work", spec=ID)["run"]
