"""The real server on a project on disk, as a client without any capability and as one with many."""

from pathlib import Path

import pytest

A, B, C = (f"2026-01-0{n}-00{n}-abc" for n in (1, 2, 3))
CODE = "---\ntype: code\n---\n\n# {title}\n\n## Acceptance Criteria\n\n- [ ] done\n"
NEEDS = "---\ntype: code\ndepends_on: [{on}]\n---\n\n# Needs\n\n## Acceptance Criteria\n\n- [ ] x\n"

PULL = {
    "textDocument": {
        "diagnostic": {"dynamicRegistration": False},
        "publishDiagnostics": {"relatedInformation": True},
    },
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    specs = tmp_path / ".chant/specs"
    specs.mkdir(parents=True)
    (tmp_path / ".chant/config.md").write_text("---\nproject:\n  name: demo\n---\n")
    (specs / f"{A}.md").write_text(CODE.format(title="First"))
    (specs / f"{B}.md").write_text(NEEDS.format(on=A))
    return tmp_path


def spec(project: Path, id: str) -> Path:
    return project / f".chant/specs/{id}.md"


def has(*codes):
    return lambda found: set(codes) <= set(found)


def lacks(*codes):
    return lambda found: not set(codes) & set(found)


def whole(text):
    return {"text": text}


def pulled(client, uri, **more):
    return client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}, **more})


def test_a_text_gets_its_diagnostics_when_opened_and_at_each_edit(join, project):
    client = join(project, capabilities={})
    uri = client.open(spec(project, A))
    client.change(uri, 2, whole("---\ntype: [code\n---\n\n# Broken\n"))
    found = client.diagnostics(uri, has("yaml-syntax"))
    assert all(one["source"] == "chant" for one in found)
    client.change(uri, 3, whole(CODE.format(title="Whole")))
    client.diagnostics(uri, lacks("yaml-syntax"))


def test_an_edit_changes_the_diagnostics_of_the_texts_that_depend_on_it(join, project):
    client = join(project, capabilities={})
    spec(project, C).write_text(NEEDS.format(on=B))
    uri_a, uri_b = client.open(spec(project, A)), client.open(spec(project, B))
    client.change(uri_a, 2, whole(NEEDS.format(on=B)))
    cycle = [d for d in client.diagnostics(uri_b, has("dependency-cycle")) if "cycle" in d["code"]]
    assert A in cycle[0]["message"]
    client.change(uri_a, 3, whole(CODE.format(title="First")))
    client.diagnostics(uri_b, lacks("dependency-cycle"))


def test_what_happens_on_disk_is_seen_without_client_watchers(join, project):
    client = join(project, capabilities={})
    uri = client.open(spec(project, B))
    spec(project, A).unlink()
    client.diagnostics(uri, has("unknown-dependency"))
    spec(project, A).write_text(CODE.format(title="Back"))
    client.diagnostics(uri, lacks("unknown-dependency"))


def test_what_happens_on_disk_is_seen_with_client_watchers(client, project):
    watches = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    client.initialize(project, capabilities=watches)
    registered = client.until(lambda m: m.get("method") == "client/registerCapability")
    [one] = registered["params"]["registrations"]
    globs = [watcher["globPattern"] for watcher in one["registerOptions"]["watchers"]]
    assert any(".chant/specs" in glob for glob in globs)
    uri = client.open(spec(project, B))
    spec(project, A).unlink()
    change = {"uri": spec(project, A).as_uri(), "type": 3}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
    client.diagnostics(uri, has("unknown-dependency"))


def test_a_closed_text_leaves_no_diagnostics_and_disk_counts_again(join, project):
    client = join(project, capabilities={})
    uri_b, uri_a = client.open(spec(project, B)), client.open(spec(project, A))
    client.change(uri_a, 2, whole(NEEDS.format(on=B)))
    client.diagnostics(uri_b, has("dependency-cycle"))
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri_a}})
    client.diagnostics(uri_b, lacks("dependency-cycle"))
    pushed = [m["params"] for m in client.seen if "Diagnostics" in m.get("method", "")]
    assert [p for p in pushed if p["uri"] == uri_a][-1]["diagnostics"] == []


def test_no_unknown_id_is_told_before_the_index_is_complete(client, project):
    client.initialize(project)
    client.open(spec(project, B))
    client.leave()
    codes = [
        one["code"]
        for m in client.seen
        if m.get("method") == "textDocument/publishDiagnostics"
        for one in m["params"]["diagnostics"]
    ]
    assert "unknown-dependency" not in codes


def test_a_client_that_can_pull_is_never_pushed_to(client, project):
    offered = client.initialize(project, capabilities=PULL)
    assert offered["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"]
    uri = client.open(spec(project, B), NEEDS.format(on="2026-01-09-009-zzz"))
    report = pulled(client, uri)
    while "unknown-dependency" not in [one["code"] for one in report["items"]]:
        client.until(lambda m: m.get("method") == "workspace/diagnostic/refresh")
        report = pulled(client, uri)
    again = pulled(client, uri, previousResultId=report["resultId"])
    assert again == {"kind": "unchanged", "resultId": report["resultId"]}
    client.leave()
    assert not [m for m in client.seen if m.get("method") == "textDocument/publishDiagnostics"]


def test_a_client_that_cannot_be_told_to_pull_again_is_pushed_to(client, project):
    caps = {"textDocument": {"diagnostic": {}}}
    offered = client.initialize(project, capabilities=caps)["capabilities"]
    assert "diagnosticProvider" not in offered
    client.diagnostics(client.open(spec(project, A), "---\ntype: [\n---\n"), has("yaml-syntax"))


def test_the_workspace_is_pulled_in_parts_and_unchanged_by_result_id(client, project):
    client.initialize(project, capabilities=PULL)
    spec(project, C).write_text("---\ntype: nonsense\n---\n\n# Wrong\n")
    client.until(lambda m: m.get("method") == "workspace/diagnostic/refresh")
    params = {"previousResultIds": [], "partialResultToken": "part"}
    done = client.request("workspace/diagnostic", params)
    assert done == {"items": []}
    parts = [m["params"] for m in client.seen if m.get("method") == "$/progress"]
    items = [item for part in parts for item in part["value"]["items"]]
    by_uri = {item["uri"]: item for item in items}
    wrong = by_uri[spec(project, C).as_uri()]
    assert wrong["kind"] == "full" and "invalid-value" in [d["code"] for d in wrong["items"]]
    known = [{"uri": wrong["uri"], "value": wrong["resultId"]}]
    gone = {"uri": spec(project, "2026-01-08-008-abc").as_uri(), "value": "7"}
    again = client.request("workspace/diagnostic", {"previousResultIds": [*known, gone]})["items"]
    kinds = {item["uri"]: item for item in again}
    assert kinds[wrong["uri"]]["kind"] == "unchanged"
    assert kinds[gone["uri"]]["items"] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_are_in_the_encoding_that_was_agreed(client, project, encoding):
    caps = {"general": {"positionEncodings": [encoding]}}
    answer = client.initialize(project, capabilities=caps)
    assert answer["capabilities"]["positionEncoding"] == encoding
    text = "---\nlabels: ['😀é']\ntype: '😀x\n---\n\n# T\n"
    uri = client.open(spec(project, A), "---\nlabels: ['é😀', 3]\ntype: 'é😀' # c\n---\n\n# T\n")
    [wrong] = [d for d in client.diagnostics(uri) if d["code"] == "invalid-value"]
    width = {"utf-8": 6, "utf-16": 3, "utf-32": 2}[encoding]
    start, end = wrong["range"]["start"], wrong["range"]["end"]
    assert (start["line"], start["character"]) == (2, 6)
    assert end["character"] - start["character"] in (width, width + 2), text


def test_utf_16_where_the_client_says_nothing(client, project):
    assert client.initialize(project)["capabilities"]["positionEncoding"] == "utf-16"


def test_the_clients_own_uri_is_used_through_links_and_percent_signs(client, project, tmp_path):
    odd = tmp_path / "a b % é"
    odd.mkdir()
    (odd / "link").symlink_to(project)
    uri = (odd / "link").as_uri().replace("%20", "%20") + f"/.chant/specs/{B}.md"
    client.initialize(None, workspaceFolders=[{"uri": (odd / "link").as_uri(), "name": "x"}])
    item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "---\ntype: [\n---\n"}
    client.notify("textDocument/didOpen", {"textDocument": item})
    client.diagnostics(uri, has("yaml-syntax"))


def test_a_folder_without_a_project_is_silent_until_it_has_one(join, tmp_path):
    client = join(tmp_path, capabilities={})
    file = spec(tmp_path, A)
    uri = client.open(file, "---\ntype: nonsense\n---\n\n# T\n")
    assert client.request("textDocument/hover", hover_at(uri, 1, 2)) is None
    file.parent.mkdir(parents=True)
    file.write_text("")
    client.diagnostics(uri, has("invalid-value"))


def hover_at(uri, line, character):
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def test_a_single_file_finds_its_own_project(client, project):
    client.initialize(None, workspaceFolders=None)
    uri = client.open(spec(project, B), NEEDS.format(on="2026-01-09-009-zzz"))
    client.diagnostics(uri, has("unknown-dependency"))


def test_several_projects_never_meet(join, project, tmp_path):
    inner = project / "packages/inner"
    (inner / ".chant/specs").mkdir(parents=True)
    file = spec(inner, C)
    file.write_text(NEEDS.format(on=A))
    client = join(project, capabilities={})
    uri, outer = client.open(file), client.open(spec(project, B))
    client.diagnostics(uri, has("unknown-dependency"))
    client.diagnostics(outer, lacks("unknown-dependency"))


def test_texts_that_are_no_specs_get_nothing(client, project):
    client.initialize(project)
    for uri in ("untitled:Untitled-1", (project / "README.md").as_uri(), "git:/x.md", "nonsense"):
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "---\ntype: [\n---\n"}
        client.notify("textDocument/didOpen", {"textDocument": item})
        assert client.request("textDocument/hover", hover_at(uri, 1, 2)) is None
        client.change(uri, 2, whole("x"))
    client.leave()
    pushed = [m["params"] for m in client.seen if "Diagnostics" in m.get("method", "")]
    assert [p for p in pushed if p["diagnostics"]] == []


def test_a_removed_folder_is_forgotten(client, project):
    folder = {"uri": project.as_uri(), "name": "demo"}
    client.initialize(None, workspaceFolders=[folder])
    assert len(client.specs(project, lambda found: len(found) == 2)) == 2
    event = {"added": [], "removed": [folder]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert client.request("chant/specs", {}) == []


def test_the_list_of_specs_is_told_and_every_change_of_it(join, project):
    client = join(project, capabilities={})
    found = client.specs(project, lambda found: len(found) == 2)
    by_id = {one["id"]: one for one in found}
    assert by_id[A]["status"] == "ready" and by_id[B]["status"] == "blocked"
    assert by_id[B]["blocked_by"][0]["id"] == A
    spec(project, A).write_text(
        CODE.format(title="First").replace("type: code", "status: completed")
    )
    client.specs(project, lambda found: {one["status"] for one in found} >= {"completed", "ready"})


def test_hover_and_completion_know_unsaved_buffers(join, project):
    client = join(project, capabilities={})
    uri_b = client.open(spec(project, B))
    client.open(spec(project, A), CODE.format(title="A new title"))
    client.specs(project, lambda found: len(found) == 2)
    line = 2
    hover = client.request("textDocument/hover", hover_at(uri_b, line, 16))
    assert "A new title" in hover["contents"]["value"]
    assert hover["contents"]["kind"] == "plaintext" and "**" not in hover["contents"]["value"]
    found = client.request("textDocument/completion", hover_at(uri_b, line, 13))
    labels = [item["label"] for item in found["items"]]
    assert A in labels and B not in labels
    resolved = client.request("completionItem/resolve", found["items"][labels.index(A)])
    assert "A new title" in resolved["documentation"]["value"]


def test_an_unreadable_or_deleted_file_does_not_end_the_server(client, project):
    (project / f".chant/specs/{C}.md").write_bytes(b"---\ntype: \xff\xfe\n---\n# \x00\n")
    (project / ".chant/specs/2026-01-04-004-abc.md").symlink_to("/nowhere/at/all")
    client.initialize(project)
    found = client.specs(project, lambda found: len(found) == 3)
    assert C in [one["id"] for one in found]
    assert client.leave() == 0
