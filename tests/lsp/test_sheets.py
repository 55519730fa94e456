"""Files below `.chant` that are no specs, untitled buffers, odd paths, and specs that move."""

from pathlib import Path

import pytest

SPEC = "---\ntype: code\n---\n\n# T\n\n## Acceptance Criteria\n\n- [ ] x\n"
A = "2026-01-01-001-abc"
PULL = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "a b % é"
    for folder in ("specs/area one", "prompts", "templates"):
        (root / ".chant" / folder).mkdir(parents=True)
    (root / f".chant/specs/area one/{A}.md").write_text(SPEC)
    return root


def codes(found):
    return [one["code"] for one in found]


def at(uri, line, character):
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


@pytest.mark.parametrize("whole", [True, False])
def test_configuration_has_quick_fixes(join, project, whole):
    literals = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    edit = {"workspaceEdit": {"documentChanges": whole}}
    can = {"textDocument": {"codeAction": literals}, "workspace": edit}
    client = join(project, capabilities=can)
    uri = client.open(project / ".chant/config.md", "---\ndefaults:\n  promt: x\n---\n")
    area = {"start": {"line": 2, "character": 3}, "end": {"line": 2, "character": 3}}
    ask = {"textDocument": {"uri": uri}, "range": area, "context": {"diagnostics": []}}
    rename, remove = client.request("textDocument/codeAction", ask)
    assert (rename["title"], remove["title"]) == ("Rename to `prompt`", "Remove `defaults.promt`")
    assert rename["diagnostics"][0]["code"] == "unknown-field"
    edit = rename["edit"]
    edits = edit["documentChanges"][0]["edits"] if whole else edit["changes"][uri]
    assert edits[0]["newText"] == "prompt"
    ask["context"]["only"] = ["refactor"]
    assert client.request("textDocument/codeAction", ask) == []


def test_configuration_has_diagnostics_completion_and_hover(join, project):
    client = join(project, capabilities={})
    file = project / ".chant/config.md"
    uri = client.open(file, "---\ndefaults:\n  promt: standard\n---\n")
    [found] = client.diagnostics(uri)
    assert found["code"] == "unknown-field" and "prompt" in found["message"]
    start = found["range"]["start"]
    assert (start["line"], start["character"]) == (2, 2)
    items = client.request("textDocument/completion", at(uri, 2, 3))["items"]
    named = {item["label"]: item for item in items}
    told = client.request("completionItem/resolve", named["prompt"])
    assert "specs which name none" in told["documentation"]["value"]
    client.change(uri, 2, {"text": "---\ndefaults:\n  prompt: standard\n---\n"})
    assert client.diagnostics(uri, lambda codes: not codes) == []
    hover = client.request("textDocument/hover", at(uri, 2, 4))
    assert "defaults.prompt" in hover["contents"]["value"]
    client.close(uri)


def test_prompts_follow_other_prompts_on_disk(join, project):
    client = join(project, capabilities={})
    file = project / ".chant/prompts/mine.md"
    uri = client.open(file, "---\nextends: base\n---\n{{> parent}} {{spec.titel}}\n")
    found = client.diagnostics(uri, lambda codes: len(codes) == 2)
    assert sorted(codes(found)) == ["unknown-field", "unknown-prompt"]
    (project / ".chant/prompts/base.md").write_text("---\n---\ntext\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": []})
    client.diagnostics(uri, lambda codes: codes == ["unknown-field"])
    items = client.request("textDocument/completion", at(uri, 3, 25))["items"]
    assert "spec.title" in [item["label"] for item in items]
    hover = client.request("textDocument/hover", at(uri, 3, 5))
    assert "extends" in hover["contents"]["value"]


def test_a_template_that_is_pulled_and_unchanged(join, project):
    client = join(project, capabilities=PULL)
    uri = client.open(project / ".chant/templates/bug.md", "---\nname: bug\n---\n{{who}}\n")
    identity = {"textDocument": {"uri": uri}}
    report = client.request("textDocument/diagnostic", identity)
    assert codes(report["items"]) == ["unknown-field"]
    known = {**identity, "previousResultId": report["resultId"]}
    assert client.request("textDocument/diagnostic", known)["kind"] == "unchanged"
    told = {"previousResultIds": [{"uri": uri, "value": report["resultId"]}]}
    items = client.request("workspace/diagnostic", told)["items"]
    assert uri not in [item["uri"] for item in items], "its diagnostics would be cleared"


def test_a_sheet_that_is_closed_leaves_nothing(join, project):
    client = join(project, capabilities={})
    uri = client.open(project / ".chant/prompts/x.md", "{{nothing}}\n")
    client.diagnostics(uri)
    client.close(uri)
    assert client.diagnostics(uri, lambda codes: not codes) == []


def test_untitled_buffers_and_other_markdown_get_nothing(join, project):
    client = join(project, capabilities={})
    uris = ["untitled:Untitled-1", (project / "docs/guide.md").as_uri()]
    uris.append((project / ".chant/notes/x.md").as_uri())
    for uri in uris:
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "---\ntype: [\n{{x"}
        client.notify("textDocument/didOpen", {"textDocument": item})
        client.texts.add(uri)
        for method in ("hover", "completion", "definition"):
            assert client.request(f"textDocument/{method}", at(uri, 2, 2)) is None
        report = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["items"] == []
    pushed = [m["params"] for m in client.seen if "publishDiagnostics" in m.get("method", "")]
    assert [one for one in pushed if one["diagnostics"]] == []


def test_an_untitled_buffer_that_is_saved_becomes_a_spec(join, project):
    client = join(project, capabilities={})
    text = "---\ntype: nonsense\n---\n\n# T\n"
    item = {"uri": "untitled:Untitled-1", "languageId": "markdown", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})
    client.close("untitled:Untitled-1")
    file = project / ".chant/specs/2026-01-02-002-abc.md"
    file.write_text(text)
    client.diagnostics(client.open(file), lambda codes: "invalid-value" in codes)


def test_a_spec_in_a_folder_is_one_and_its_rename_while_open_is_followed(join, project):
    client = join(project, capabilities={})
    old = project / f".chant/specs/area one/{A}.md"
    new = old.with_name("2026-01-03-003-abc.md")
    other = project / ".chant/specs/2026-01-02-002-abc.md"
    uri = client.open(other, SPEC.replace("type: code", f"depends_on: [{A}]"))
    held = client.open(old)
    assert "area%20one" in held and "a%20b%20%25%20%C3%A9" in held
    client.specs(project, lambda found: len(found) == 2)
    definition = client.request("textDocument/definition", at(uri, 1, 20))
    assert definition["uri"] == held
    client.close(held)
    old.rename(new)
    client.open(new)
    client.notify("workspace/didChangeWatchedFiles", {"changes": []})
    client.diagnostics(uri, lambda codes: "unknown-dependency" in codes)
    found = client.specs(project, lambda found: {one["id"] for one in found} >= {new.stem})
    assert A not in [one["id"] for one in found]
