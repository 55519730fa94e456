"""One id in two projects: a verb acts where it was meant, or nowhere."""

import shutil

import pytest

from tests.lsp.working import CAPABILITIES, ID, SPEC, execute, git, refusal

ONLY = "2026-01-02-002-xyz"


@pytest.fixture
def roots(repo):
    other = repo.parent / "other"
    shutil.copytree(repo, other)
    (other / f".chant/specs/{ONLY}.md").write_text(SPEC)
    git(other, "add", "-A")
    git(other, "commit", "-qm", "one more")
    return repo, other


@pytest.fixture
def client(connect, roots, env):
    client = connect(env=env)
    folders = [{"uri": root.as_uri(), "name": root.name} for root in roots]
    told = {"trusted": True}
    client.initialize(
        None, workspaceFolders=folders, capabilities=CAPABILITIES, initializationOptions=told
    )
    for root in roots:
        client.specs(root, bool)
    return client


@pytest.mark.parametrize(
    ("verb", "argument"),
    [
        ("cancel", {"spec": ID}),
        ("reset", {"spec": "001-abc"}),
        ("workReady", {}),
        ("add", {"title": "New"}),
        ("graph", {"format": "tree"}),
    ],
)
def test_what_several_could_mean_is_done_in_none(client, roots, verb, argument):
    message = refusal(client, verb, **argument)["message"]
    assert all(str(root) in message for root in roots) and "root" in message
    assert all(git(root, "status", "--porcelain") == "" for root in roots)
    assert {one["status"] for one in client.request("chant/specs", {})} == {"ready"}


def test_a_root_or_an_id_of_one_alone_decides(client, roots):
    mine, other = roots
    assert execute(client, "cancel", spec=ONLY)["ok"]
    assert execute(client, "cancel", spec=ID, root=mine.as_uri())["ok"]
    client.specs(mine, lambda found: found[0]["status"] == "cancelled")
    found = client.specs(other, lambda found: found[1]["status"] == "cancelled")
    assert found[0]["status"] == "ready"
    assert ONLY in execute(client, "graph", format="json", root=other.as_uri())["text"]
