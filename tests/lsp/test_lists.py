"""`chant/specs`: made beside the loop, of what changed; told only when it changed."""

import asyncio
import json

import pytest

from chant_ls.analysis import listing
from chant_ls.analysis.summary import spec_json
from tests.lsp.inside import Inside

BODY = "\n# Spec {n}\n\n## Acceptance Criteria\n\n- [ ] x\n"
CHANGED = "chant/specsChanged"


def id_of(number: int) -> str:
    return f"2026-01-01-{number:03}-abc"


def text_of(number: int) -> str:
    on = f"depends_on: [{id_of(number - 1)}]\n" if number else ""
    return f"---\ntype: code\n{on}---\n{BODY.format(n=number)}"


@pytest.fixture
async def server(tmp_path):
    (tmp_path / ".chant/specs").mkdir(parents=True)
    for number in range(60):
        (tmp_path / f".chant/specs/{id_of(number)}.md").write_text(text_of(number))
    inside = Inside()
    await inside.begin(tmp_path, capabilities={})
    await inside.indexed()
    inside.root = tmp_path
    inside.uri = inside.open(tmp_path / f".chant/specs/{id_of(30)}.md")
    yield inside
    await inside.end()


async def listed(server: Inside) -> list[dict]:
    return (await server.ask("chant/specs", {"root": server.root.as_uri()}))["result"]


async def settled(server: Inside, version: int, text: str) -> None:
    done = server.server.publisher.settled
    server.change(server.uri, version, text)
    await asyncio.wait_for(done.wait(), 30)


async def test_the_rows_are_those_of_the_command(server):
    [project] = server.server.session.projects.values()
    rows = [spec_json(project.snapshot, id) for id in project.snapshot.graph.ids]
    root = {"root": server.root.as_uri()}
    assert await listed(server) == [{**json.loads(json.dumps(row)), **root} for row in rows]


async def test_others_are_answered_while_the_list_is_made(server):
    at = {"textDocument": {"uri": server.uri}, "position": {"line": 2, "character": 16}}
    server.send(id="list", method="chant/specs", params={})
    server.send(id="hover", method="textDocument/hover", params=at)
    await server.until(lambda: {"list", "hover"} <= {one.get("id") for one in server.sink.messages})
    answers = [m["id"] for m in server.sink.messages if m.get("id") in ("list", "hover")]
    assert answers == ["hover", "list"]


async def test_only_rows_that_an_edit_concerns_are_made_and_only_changes_told(server, monkeypatch):
    await listed(server)
    made, real = [], listing._row
    monkeypatch.setattr(listing, "_row", lambda *told: made.append(told) or real(*told))
    server.sink.messages.clear()
    await settled(server, 2, text_of(30).replace("type: code", "type: code\nprompt: standard"))
    await settled(server, 3, text_of(30).replace("# Spec", "# Other"))
    await server.until(lambda: server.named(CHANGED))
    assert len(server.named(CHANGED)) == 1
    titles = [row["title"] for row in await listed(server)]
    assert titles[30] == "Other 30" and titles[31] == "Spec 31"
    assert 0 < len(made) < 20


async def test_a_project_that_is_gone_leaves_the_list(server):
    await listed(server)
    server.sink.messages.clear()
    server.close(server.uri)
    server.folders(removed=[server.root])
    assert server.named(CHANGED)
    assert (await server.ask("chant/specs", {}))["result"] == []
