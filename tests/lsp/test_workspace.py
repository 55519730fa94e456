"""The diagnostics of a whole project, and what is told when: at little cost, and never wrong."""

import asyncio
import os
import weakref
from pathlib import Path

import pytest

from chant_ls.lsp import publish, survey
from chant_ls.lsp.publish import LATEST
from tests.lsp.inside import Inside

PULL = {
    "textDocument": {"diagnostic": {}},
    "workspace": {
        "diagnostics": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
    },
}
WATCHES = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
BODY = "\n# Spec\n\n## Acceptance Criteria\n\n- [ ] x\n"
WRONG = "---\ntype: nonsense\n---\n" + BODY


def id_of(number: int) -> str:
    return f"2026-01-01-{number:03}-abc"


def spec(root: Path, number: int) -> Path:
    return root / f".chant/specs/{id_of(number)}.md"


def good(number: int) -> str:
    return f"---\ntype: code\ndepends_on: [{id_of(number - 1)}]\n---\n{BODY}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".chant/specs").mkdir(parents=True)
    spec(tmp_path, 0).write_text(f"---\ntype: code\n---\n{BODY}")
    for number in range(1, 80):
        spec(tmp_path, number).write_text(good(number))
    spec(tmp_path, 80).write_text(WRONG)
    return tmp_path


@pytest.fixture
async def started(root):
    servers = []

    async def start(**told) -> Inside:
        servers.append(Inside())
        await servers[-1].begin(root, **told)
        return servers[-1]

    yield start
    for one in servers:
        await one.end()


def counted(monkeypatch, place, name: str) -> list:
    calls, real = [], getattr(place, name)

    def count(*told):
        calls.append(told)
        return real(*told)

    monkeypatch.setattr(place, name, count)
    return calls


async def quiet(server: Inside, paths: list[str]) -> None:
    """Until these paths are looked up, some at each look at the disk, and their news are out."""
    [project] = server.server.session.projects.values()
    await server.until(lambda: all(project.snapshot.path_fact(path) for path in paths))
    await server.until(lambda: project not in server.server.publisher._due)


def parts(server: Inside) -> dict:
    """The reports that were sent in parts, by URI."""
    sent = [one["params"]["value"]["items"] for one in server.named("$/progress")]
    return {report["uri"]: report for items in sent for report in items}


async def test_a_poll_without_news_checks_nothing_and_is_answered_when_there_are_some(
    started, root, monkeypatch
):
    for number in range(1, 70):  # paths that are looked up only while the file is checked
        spec(root, number).write_text(good(number) + f"\n[l](docs/{number}.md)\n")
    server = await started(capabilities=PULL)
    await server.indexed()
    await server.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "a"})
    await server.until(lambda: server.named("workspace/diagnostic/refresh"))
    await quiet(server, [f"docs/{number}.md" for number in range(1, 70)])
    server.sink.messages.clear()
    await server.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "c"})
    first = parts(server)
    assert spec(root, 80).as_uri() in first
    known = [{"uri": uri, "value": report["resultId"]} for uri, report in first.items()]
    checked = counted(monkeypatch, survey, "found_in")
    looked_at = counted(monkeypatch, survey, "wanted")
    server.sink.messages.clear()
    params = {"previousResultIds": known, "partialResultToken": "b"}
    polled = asyncio.ensure_future(server.ask("workspace/diagnostic", params))
    one_off = await server.ask("workspace/diagnostic", {"previousResultIds": known})
    assert {one["kind"] for one in one_off["result"]["items"]} == {"unchanged"}
    assert not polled.done() and not checked and not looked_at
    assert not server.named("workspace/diagnostic/refresh")
    spec(root, 81).write_text(WRONG)
    assert (await polled)["result"] == {"items": []}
    assert list(parts(server)) == [spec(root, 81).as_uri()]
    assert 0 < len(checked) < 10, "only what the new file concerns"


async def test_a_closed_file_is_checked_again_when_a_path_it_names_comes(started, root):
    spec(root, 80).write_text("---\ntype: code\ncontext: [docs/a.md]\n---\n" + BODY)
    server = await started(capabilities=PULL)
    await server.indexed()
    uri = spec(root, 80).as_uri()
    told = (await server.ask("workspace/diagnostic", {"previousResultIds": []}))["result"]["items"]
    [before] = [one for one in told if one["uri"] == uri]
    assert [one["code"] for one in before["items"]] == ["unresolved-path"]
    (root / "docs").mkdir()
    (root / "docs/a.md").write_text("a")
    known = [{"uri": uri, "value": before["resultId"]}]
    params = {"previousResultIds": known, "partialResultToken": "a"}
    await server.ask("workspace/diagnostic", params)
    assert parts(server)[uri]["items"] == []


async def test_a_client_that_watches_need_not_tell_of_files_that_it_does_not_watch(started, root):
    server = await started(capabilities=WATCHES)
    await server.indexed()
    text = good(80).replace("type: code", "type: code\ncontext: [docs/a.md]")
    uri = server.open(spec(root, 80), text)
    await server.until(lambda: "unresolved-path" in (server.pushed(uri) or ()))
    (root / "docs").mkdir()
    (root / "docs/a.md").write_text("a")
    await server.until(lambda: "unresolved-path" not in server.pushed(uri))
    spec(root, 79).unlink()
    await server.until(lambda: "unknown-dependency" in server.pushed(uri))


async def test_result_ids_are_never_used_again(started, root):
    server = await started(capabilities=PULL)
    await server.indexed()
    uri = server.open(spec(root, 80))
    pull = {"textDocument": {"uri": uri}}
    before = (await server.ask("textDocument/diagnostic", pull))["result"]
    assert before["items"]
    server.close(uri)
    server.folders(removed=[root])
    spec(root, 80).write_text(good(80))
    server.folders(added=[root])
    await server.indexed()
    server.open(spec(root, 80))
    again = await server.ask(
        "textDocument/diagnostic", {**pull, "previousResultId": before["resultId"]}
    )
    assert again["result"]["kind"] == "full" and again["result"]["items"] == []


async def test_what_is_removed_leaves_nothing_behind(started, root):
    server = await started(capabilities=PULL)
    for _ in range(2):
        await server.indexed()
        [project] = server.server.session.projects.values()
        await server.ask("chant/specs", {})
        await server.ask("workspace/diagnostic", {"previousResultIds": []})
        held = weakref.ref(project), weakref.ref(project.snapshot.graph)
        del project
        server.folders(removed=[root])
        await server.until(lambda held=held: [one() for one in held] == [None, None])
        server.folders(added=[root])


async def test_a_name_that_is_not_utf_8_is_told_of_like_others(started, root):
    odd = root / ".chant/specs" / os.fsdecode(b"\xff\xfe")
    odd.mkdir()
    (odd / f"{id_of(90)}.md").write_text(WRONG)
    server = await started(capabilities=PULL)
    await server.indexed()
    told = (await server.ask("workspace/diagnostic", {"previousResultIds": []}))["result"]["items"]
    uri = f"{(root / '.chant/specs').as_uri()}/%FF%FE/{id_of(90)}.md"
    assert {uri, spec(root, 80).as_uri()} <= {one["uri"] for one in told}
    found = (await server.ask("workspace/symbol", {"query": "090-abc"}))["result"]
    assert [one["location"]["uri"] for one in found] == [uri]
    server.open(root, WRONG + "more", uri=uri)
    report = (await server.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}}))["result"]
    assert report["items"]


async def test_a_file_that_we_cannot_check_hides_no_other(started, root, monkeypatch):
    real = survey.found_in

    def fails(view):
        if id_of(40) in view.path:
            raise RuntimeError("a mistake of ours")
        return real(view)

    monkeypatch.setattr(survey, "found_in", fails)
    server = await started(capabilities=PULL)
    await server.indexed()
    told = (await server.ask("workspace/diagnostic", {"previousResultIds": []}))["result"]["items"]
    assert spec(root, 80).as_uri() in [one["uri"] for one in told]


class Clock:
    """A loop whose time is told."""

    def __init__(self) -> None:
        self.now, self.due = 100.0, []

    def time(self) -> float:
        return self.now

    def call_at(self, at, *work):
        self.due.append(at)
        return asyncio.TimerHandle(at, lambda: None, (), asyncio.get_event_loop())


async def test_other_files_are_looked_at_while_one_types_on(started, monkeypatch):
    server = await started(capabilities=PULL)
    await server.indexed()
    [project] = server.server.session.projects.values()
    server.server.publisher.drop(project)
    clock = Clock()
    monkeypatch.setattr(publish.asyncio, "get_running_loop", lambda: clock)
    for key in range(20):
        clock.now = 100.0 + key * 0.05
        server.server.publisher.edited(project, project.snapshot, ".chant/specs/x.md")
    assert max(clock.due) <= 100.0 + LATEST < 100.25


async def test_only_what_looks_different_is_drawn_anew(started, root):
    server = await started(capabilities=PULL)
    await server.indexed()
    publisher = server.server.publisher
    one, other = server.open(spec(root, 1)), server.open(spec(root, 2))

    async def edit(version: int, text: str) -> None:
        settled = publisher.settled
        server.change(one, version, text)
        await asyncio.wait_for(settled.wait(), 30)

    await edit(2, good(1).replace("# Spec", "# First"))
    hints, lenses = "workspace/inlayHint/refresh", "workspace/codeLens/refresh"
    await server.until(lambda: server.named(hints) and server.named(lenses))
    server.sink.messages.clear()
    await edit(3, good(1).replace("# Spec", "# First").replace("code", "code\nlabels: [a]"))
    await edit(4, good(1).replace("# Spec", "# Other").replace("code", "code\nlabels: [a]"))
    await server.until(lambda: server.named(hints))
    assert len(server.named(hints)) == 1 and server.named(lenses) == [], other


LINKS = {"textDocument": {"definition": {"linkSupport": True}}}
AT = {"position": {"line": 2, "character": 20}}


@pytest.mark.parametrize("links", [True, False])
async def test_a_definition_tells_which_name_leads_there_where_the_client_shows_it(
    started, root, links
):
    (root / "docs").mkdir()
    (root / "docs/a.md").write_text("# A\n\n## B\n")
    server = await started(capabilities=LINKS if links else {})
    await server.indexed()
    uri = server.open(spec(root, 2), good(2) + "\nSee [it](../../docs/a.md#b).\n")
    [project] = server.server.session.projects.values()
    await server.until(lambda: "docs/a.md" in project.snapshot.paths)
    asked = [AT, {"position": {"line": 11, "character": 12}}]
    identity = {"textDocument": {"uri": uri}}
    answers = [await server.ask("textDocument/definition", {**identity, **at}) for at in asked]
    found = [one["result"] for one in answers]
    targets = [spec(root, 1).as_uri(), (root / "docs/a.md").as_uri()]
    if not links:
        assert [one["uri"] for one in found] == targets
        return
    [named], [linked] = found
    assert [named["targetUri"], linked["targetUri"]] == targets
    origins = [one["originSelectionRange"] for one in (named, linked)]
    ends = [(one["start"]["character"], one["end"]["character"]) for one in origins]
    assert ends == [(13, 31), (9, 26)]
    assert linked["targetSelectionRange"]["start"]["line"] == 2


async def test_the_lens_that_counts_dependents_lists_them_where_the_client_can(started, root):
    for able in (True, False):
        experimental = {"chant": {"references": able}}
        server = await started(capabilities={"experimental": experimental})
        await server.indexed()
        uri = server.open(spec(root, 2))
        answer = await server.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        commands = [one["command"] for one in answer["result"]]
        [found] = [one for one in commands if one["title"] == "1 dependent"]
        place = {"uri": uri, "position": {"line": 5, "character": 0}}
        told = ("chant.ui.references", [place]) if able else ("", None)
        assert (found["command"], found.get("arguments")) == told


CONFIG = "---\nlint:\n  rules:\n    invalid-value: {level}\n---\n"


async def test_what_the_configuration_says_counts_before_it_is_saved(started, root):
    config = root / ".chant/config.md"
    config.write_text(CONFIG.format(level="error"))
    server = await started(capabilities={})
    uri = server.open(config)
    server.change(uri, 2, CONFIG.format(level="off"))
    await server.indexed()
    spec_uri = server.open(spec(root, 80))
    await server.until(lambda: server.pushed(spec_uri) == [])
    server.server.look_now()
    spec(root, 79).unlink()
    other = server.open(spec(root, 78))
    server.change(uri, 3, CONFIG.format(level="error"))
    await server.until(lambda: server.pushed(spec_uri) == ["invalid-value"])
    server.change(uri, 4, CONFIG.format(level="off"))
    await server.until(lambda: server.pushed(spec_uri) == [])
    server.close(uri)
    await server.until(lambda: server.pushed(spec_uri) == ["invalid-value"])
    assert server.pushed(other) == []


async def test_files_beside_the_specs_are_told_of_too(started, root):
    for folder in ("prompts/extensions", "templates"):
        (root / ".chant" / folder).mkdir(parents=True)
    wrong = "---\nnam: x\n---\n\nDo it.\n"
    names = ["config.md", "prompts/own.md", "prompts/extensions/more.md", "templates/bug.md"]
    for name in names:
        (root / ".chant" / name).write_text(wrong)
    server = await started(capabilities=PULL)
    await server.indexed()
    [project] = server.server.session.projects.values()
    await server.until(lambda: project.papers)
    first = (await server.ask("workspace/diagnostic", {"previousResultIds": []}))["result"]["items"]
    found = {one["uri"]: one for one in first}
    uris = [(root / ".chant" / name).as_uri() for name in names]
    assert all({d["code"] for d in found[uri]["items"]} == {"unknown-field"} for uri in uris)
    known = [{"uri": uri, "value": one["resultId"]} for uri, one in found.items()]
    params = {"previousResultIds": known, "partialResultToken": "a"}
    polled = asyncio.ensure_future(server.ask("workspace/diagnostic", params))
    await asyncio.sleep(0)
    (root / ".chant/templates/bug.md").write_text(wrong.replace("nam:", "name:"))
    await polled
    assert {uri: one["items"] for uri, one in parts(server).items()} == {uris[3]: []}
