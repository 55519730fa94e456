"""Long answers: others are answered meanwhile, and one that no longer holds is not sent."""

import asyncio
import threading

import pytest

from chant_ls.lsp.project import DiskChange
from tests.lsp.inside import Inside

HUB = "2026-01-01-001-hub"
SPEC = "---\ntype: code\nlabels: [x]\n---\n\n# Hub\n"
MODIFIED, CANCELLED = -32801, -32800
AT = {"position": {"line": 5, "character": 3}}


@pytest.fixture
async def server(tmp_path):
    specs = tmp_path / ".chant/specs"
    specs.mkdir(parents=True)
    (specs / f"{HUB}.md").write_text(SPEC)
    for number in range(40):
        text = f"---\ndepends_on: [{HUB}]\nlabels: [x]\n---\n\n# Leaf\n"
        (specs / f"2026-01-02-{number:03}-abc.md").write_text(text)
    inside = Inside()
    await inside.begin(tmp_path, capabilities={})
    while len((await inside.ask("chant/specs", {}))["result"]) < 41:
        await asyncio.sleep(0.01)
    inside.uri = (specs / f"{HUB}.md").as_uri()
    item = {"uri": inside.uri, "languageId": "markdown", "version": 1, "text": SPEC}
    inside.notify("textDocument/didOpen", {"textDocument": item})
    yield inside
    await inside.end()


def asked(server) -> dict[str, dict]:
    identity = {"textDocument": {"uri": server.uri}}
    return {
        "textDocument/references": {**identity, **AT, "context": {"includeDeclaration": False}},
        "textDocument/rename": {
            **identity,
            "position": {"line": 2, "character": 9},
            "newName": "y",
        },
    }


async def test_what_moved_on_is_not_answered_from_before(server):
    for version, (method, params) in enumerate(asked(server).items(), 2):
        answer = asyncio.ensure_future(server.ask(method, params))
        await asyncio.sleep(0)
        change = {"uri": server.uri, "version": version}
        changes = [{"text": SPEC + "more\n" * version}]
        server.notify("textDocument/didChange", {"textDocument": change, "contentChanges": changes})
        assert (await answer)["error"]["code"] == MODIFIED, method
        assert "result" in await server.ask(method, params)


async def test_news_that_moves_no_text_keeps_the_answer(server):
    [project] = server.server.session.projects.values()
    for method, params in asked(server).items():
        answer = asyncio.ensure_future(server.ask(method, params))
        await asyncio.sleep(0)
        tracked = not project.snapshot.find(HUB).tracked
        assert project.absorb(DiskChange(tracked={f".chant/specs/{HUB}.md": tracked}))
        assert "result" in await answer, method


async def test_all_dependents_of_a_hub(server):
    found = await server.ask("textDocument/references", asked(server)["textDocument/references"])
    assert len(found["result"]) == 40
    at = {"textDocument": {"uri": server.uri}, **AT}
    [item] = (await server.ask("textDocument/prepareCallHierarchy", at))["result"]
    calls = (await server.ask("callHierarchy/incomingCalls", {"item": item}))["result"]
    assert len(calls) == 40


async def test_others_are_answered_meanwhile_and_it_can_be_cancelled(server):
    server.send(
        id="long", method="textDocument/references", params=asked(server)["textDocument/references"]
    )
    server.send(
        id="short", method="textDocument/hover", params={"textDocument": {"uri": server.uri}, **AT}
    )
    server.notify("$/cancelRequest", {"id": "long"})
    while not {"long", "short"} <= {message.get("id") for message in server.sink.messages}:
        await asyncio.sleep(0)
    answers = {m["id"]: m for m in server.sink.messages if m.get("id") in ("long", "short")}
    assert list(answers) == ["short", "long"]
    assert answers["long"]["error"]["code"] == CANCELLED


async def test_folders_are_read_in_a_thread_and_once_while_a_path_is_typed(server, monkeypatch):
    from chant_ls.host.files import DiskFiles

    reads = []
    names = DiskFiles.names

    def read(self, folder):
        reads.append((folder, threading.current_thread() is threading.main_thread()))
        return names(self, folder)

    monkeypatch.setattr(DiskFiles, "names", read)
    for version, typed in enumerate((".", ".c", ".ch", ".cha"), 2):
        text = SPEC.replace("labels: [x]", f"target_files: [{typed}]")
        change = {"uri": server.uri, "version": version}
        params = {"textDocument": change, "contentChanges": [{"text": text}]}
        server.notify("textDocument/didChange", params)
        at = {"line": 2, "character": len(f"target_files: [{typed}")}
        told = {"textDocument": {"uri": server.uri}, "position": at}
        answer = await server.ask("textDocument/completion", told)
        assert [one["label"] for one in answer["result"]["items"]] == [".chant/"]
    assert reads == [("", False)]
