"""Every feature through the real server, in three encodings and for a client that can little."""

import pytest

from chant_ls.analysis.types import ActionKind
from chant_ls.lsp.capabilities import ACTION_KINDS
from tests.lsp.working import until

A, B, C = (f"2026-01-0{n}-00{n}-abc" for n in (1, 2, 3))
TEXTS = {
    A: "---\ntype: code\nlabels: [core]\n---\n\n# 😀 First\n\n## Acceptance Criteria\n\n"
    "- [ ] one\n- [x] two\n",
    B: f"---\ntype: code\ndepends_on:\n  - {A}\nlabels: [core]\n---\n\n# Second\n\n"
    f"Text 😀 about {A}.\n\n## Acceptance Criteria\n\n- [ ] three\n",
    C: "---\nstatus: completed\ndepends_on: ['001-abc']\n---\n\n# Third\n",
}
RICH = {
    "general": {"positionEncodings": ["utf-8"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "rename": {"prepareSupport": True},
        "completion": {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True}},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}},
            "dataSupport": True,
            "disabledSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "workspace": {
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
        "fileOperations": {"willRename": True},
    },
}


@pytest.fixture
def project(tmp_path):
    specs = tmp_path / ".chant/specs"
    specs.mkdir(parents=True)
    for id, text in TEXTS.items():
        (specs / f"{id}.md").write_text(text)
    return tmp_path


@pytest.fixture
def start(join, project):
    """A client that has the project's texts open, and their URIs."""

    def begin(capabilities, **options):
        client = join(project, capabilities=capabilities, **options)
        client.specs(project, lambda found: len(found) == len(TEXTS))
        return client, {id: client.open(project / f".chant/specs/{id}.md") for id in TEXTS}

    return begin


def at(uri, line, character, **more):
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": uri}, "position": position, **more}


def of(uri, **more):
    return {"textDocument": {"uri": uri}, **more}


def prose_column(encoding):
    return {"utf-8": 10, "utf-16": 8, "utf-32": 7}[encoding] + len("about ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_behind_wide_characters_are_right(start, encoding):
    client, uris = start({**RICH, "general": {"positionEncodings": [encoding]}})
    column = prose_column(encoding)
    there = at(uris[B], 9, column)
    hover = client.request("textDocument/hover", there)
    assert "First" in hover["contents"]["value"] and hover["contents"]["kind"] == "markdown"
    assert hover["range"]["start"] == {"line": 9, "character": column}
    assert hover["range"]["end"] == {"line": 9, "character": column + len(A)}
    target = client.request("textDocument/definition", there)
    assert target["uri"] == uris[A] and target["range"]["start"]["line"] == 5
    found = client.request("textDocument/references", {**there, "context": CONTEXT})
    starts = [(one["uri"], one["range"]["start"]) for one in found]
    assert (uris[B], {"line": 9, "character": column}) in starts
    assert (uris[C], {"line": 2, "character": 14}) in starts or len(starts) >= 3
    [link] = [
        one
        for one in client.request("textDocument/documentLink", of(uris[B]))
        if one["range"]["start"]["line"] == 9
    ]
    assert link["target"] == uris[A] and link["range"]["start"]["character"] == column
    tokens = client.request("textDocument/semanticTokens/full", of(uris[B]))["data"]
    assert decoded(tokens, 9) == [(column, len(A))]
    area = {"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 99}}
    hints = client.request("textDocument/inlayHint", of(uris[B], range=area))
    assert hints[0]["position"] == {"line": 9, "character": column + len(A)}


CONTEXT = {"includeDeclaration": True}


def decoded(data, wanted):
    line = column = 0
    found = []
    for down, right, length, _, _ in zip(*[iter(data)] * 5, strict=True):
        line, column = line + down, right if down else column + right
        if line == wanted:
            found.append((column, length))
    return found


def test_a_client_that_can_little_gets_the_plain_forms(start):
    client, uris = start({})
    symbols = client.request("textDocument/documentSymbol", of(uris[B]))
    assert {"location", "name"} <= symbols[0].keys()
    area = {"start": {"line": 3, "character": 5}, "end": {"line": 3, "character": 5}}
    actions = client.request(
        "textDocument/codeAction", of(uris[B], range=area, context={"diagnostics": []})
    )
    assert all(isinstance(one["command"], str) for one in actions)
    edit = client.request("textDocument/rename", at(uris[B], 4, 10, newName="base"))
    assert set(edit) == {"changes"} and set(edit["changes"]) == {uris[A], uris[B]}
    refused = client.error("textDocument/rename", at(uris[B], 3, 8, newName=A.replace("abc", "x")))
    assert "file" in refused["message"]


def test_an_id_is_renamed_with_its_file_and_every_reference(start):
    client, uris = start(RICH)
    asked = client.request("textDocument/prepareRename", at(uris[B], 3, 8))
    assert asked["placeholder"] == A
    new = A.replace("abc", "xyz")
    edit = client.request("textDocument/rename", at(uris[B], 3, 8, newName=new))
    operations = edit["documentChanges"]
    moved = [one for one in operations if one.get("kind") == "rename"]
    assert [one["newUri"] for one in moved] == [uris[A].replace(A, new)]
    assert moved == operations[-1:]
    edited = {one["textDocument"]["uri"]: one for one in operations if "edits" in one}
    assert len(edited[uris[B]]["edits"]) == 2 and edited[uris[B]]["textDocument"]["version"] == 1
    assert uris[C] in edited
    [note] = edit["changeAnnotations"]
    assert all(e["annotationId"] == note for one in edited.values() for e in one["edits"])


def test_a_file_that_the_client_renames_takes_its_references_along(start):
    client, uris = start(RICH)
    new = uris[A].replace(A, A.replace("abc", "xyz"))
    files = [{"oldUri": uris[A], "newUri": new}]
    edit = client.request("workspace/willRenameFiles", {"files": files})
    assert uris[B] in [one["textDocument"]["uri"] for one in edit["documentChanges"]]
    archived = {"oldUri": uris[C], "newUri": uris[C].replace("/specs/", "/archive/")}
    both = client.request("workspace/willRenameFiles", {"files": [archived, *files]})
    assert both == edit
    elsewhere = [{"oldUri": "file:///x/a.md", "newUri": "file:///x/b.md"}]
    assert client.request("workspace/willRenameFiles", {"files": elsewhere}) is None


def test_symbols_of_a_text_and_of_the_workspace(start):
    client, uris = start(RICH)
    [spec] = client.request("textDocument/documentSymbol", of(uris[A]))
    names = [one["name"] for one in spec["children"]]
    assert any("type" in name for name in names)
    flat = str(spec)
    assert "☐ one" in flat and "☑ two" in flat
    [hit] = client.request("workspace/symbol", {"query": "second"})
    assert hit["name"].startswith(B) and hit["location"]["uri"] == uris[B]


def test_the_call_hierarchy_is_the_dependency_tree_on_unsaved_texts(start):
    client, uris = start(RICH)
    [item] = client.request("textDocument/prepareCallHierarchy", at(uris[A], 5, 3))
    assert item["name"].startswith(A) and item["detail"] == "ready"
    incoming = client.request("callHierarchy/incomingCalls", {"item": item})
    assert {one["from"]["uri"] for one in incoming} == {uris[B], uris[C]}
    [b] = [one for one in incoming if one["from"]["uri"] == uris[B]]
    assert b["fromRanges"][0]["start"] == {"line": 3, "character": 4}
    client.change(uris[B], 2, {"text": TEXTS[C]})
    client.change(uris[C], 2, {"text": "# Third\n"})
    incoming = client.request("callHierarchy/incomingCalls", {"item": item})
    assert [one["from"]["uri"] for one in incoming] == [uris[B]]
    outgoing = client.request("callHierarchy/outgoingCalls", {"item": incoming[0]["from"]})
    assert [one["to"]["uri"] for one in outgoing] == [uris[A]]


def test_lenses_folds_and_selections(start):
    client, uris = start(RICH, initializationOptions={"trusted": True})
    lenses = client.request("textDocument/codeLens", of(uris[A]))
    work = [one["command"] for one in lenses if one["command"]["command"] == "chant.work"]
    assert work[0]["arguments"][0]["spec"] == A
    assert all(one["range"]["start"]["line"] == 5 for one in lenses)
    folds = client.request("textDocument/foldingRange", of(uris[A]))
    assert {"startLine": 0, "endLine": 3} in [
        {k: one[k] for k in ("startLine", "endLine")} for one in folds
    ]
    position = {"line": 3, "character": 8}
    [chain] = client.request("textDocument/selectionRange", of(uris[B], positions=[position]))
    sizes = []
    while chain:
        sizes.append((chain["range"]["start"]["line"], chain["range"]["end"]["line"]))
        chain = chain.get("parent")
    assert len(sizes) >= 3 and sizes[0] == (3, 3) and sizes[-1][0] == 0


def test_a_quick_fix_is_offered_with_its_diagnostic_and_resolved_lazily(start):
    client, uris = start(RICH)
    client.change(uris[C], 2, {"text": TEXTS[C].replace("001-abc", "2026-01-01-001-abd")})
    found = client.diagnostics(uris[C], lambda codes: "unknown-dependency" in codes)
    [wrong] = [one for one in found if one["code"] == "unknown-dependency"]
    context = {"diagnostics": [wrong], "only": ["quickfix"]}
    ask = of(uris[C], range=wrong["range"], context=context)
    actions = client.request("textDocument/codeAction", ask)
    fix = next(one for one in actions if A in one["title"])
    assert fix["kind"] == "quickfix" and "edit" not in fix
    assert [one["code"] for one in fix["diagnostics"]] == ["unknown-dependency"]
    whole = client.request("codeAction/resolve", fix)
    [edit] = whole["edit"]["documentChanges"]
    assert edit["textDocument"] == {"uri": uris[C], "version": 2}
    assert A in edit["edits"][0]["newText"]
    client.change(uris[C], 3, {"text": TEXTS[C]})
    assert client.error("codeAction/resolve", fix)["code"] == -32801


@pytest.mark.parametrize("lazily", [True, False])
def test_actions_of_one_title_have_each_their_own_edit(start, lazily):
    can = {**RICH["textDocument"]["codeAction"], **({} if lazily else {"resolveSupport": None})}
    client, uris = start({**RICH, "textDocument": {"codeAction": can}})
    text = "---\ntype: driver\ndepends_on: [zz, q]\nmembers: [zz, q]\n---\n\n# T\n"
    client.change(uris[A], 2, {"text": text})
    area = {"start": {"line": 2, "character": 0}, "end": {"line": 4, "character": 0}}
    ask = of(uris[A], range=area, context={"diagnostics": [], "only": ["quickfix"]})
    offered = client.request("textDocument/codeAction", ask)
    removing = [one for one in offered if one["title"] == "Remove `zz`"]
    assert all(("edit" in one) is not lazily for one in removing)
    if lazily:
        removing = [client.request("codeAction/resolve", one) for one in removing]
    edited = [one["edit"]["documentChanges"][0]["edits"] for one in removing]
    assert [edits[0]["range"]["start"]["line"] for edits in edited] == [2, 3]


@pytest.mark.parametrize("lazily", [True, False])
def test_what_costs_much_is_offered_to_who_resolves_it_or_names_its_kind(start, lazily):
    can = {**RICH["textDocument"]["codeAction"], **({} if lazily else {"resolveSupport": None})}
    client, uris = start({**RICH, "textDocument": {"codeAction": can}})
    title = "Fix all that is unambiguous"
    small = "---\nlabels: bug\n---\n\n# T\n"
    for version, (text, unasked) in enumerate([(small, True), (small + "\n" * 30_000, lazily)], 2):
        client.change(uris[A], version, {"text": text})
        offers = {one["title"]: one for one in actions_at(client, uris[A], 0)}
        assert (title in offers) is unasked
        [named] = actions_at(client, uris[A], 0, only=["source.fixAll"])
        assert named["title"] == title
        whole = client.request("codeAction/resolve", named) if lazily else named
        [edit] = whole["edit"]["documentChanges"]
        assert [one["newText"] for one in edit["edits"]] == ["[", "]"]


def test_the_kinds_of_actions_are_all_told():
    assert set(ACTION_KINDS) == {kind.value for kind in ActionKind}


def actions_at(client, uri, line, **context):
    area = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}
    ask = of(uri, range=area, context={"diagnostics": [], **context})
    return client.request("textDocument/codeAction", ask)


def test_verbs_are_offered_and_those_that_cannot_be_now_say_why(start):
    client, uris = start(RICH, initializationOptions={"trusted": True})
    found = {one["title"]: one for one in actions_at(client, uris[A], 5)}
    assert found["Work"]["command"]["command"] == "chant.work"
    assert found["Work"]["command"]["arguments"][0]["spec"] == A
    assert found["Merge"]["disabled"]["reason"] and "command" not in found["Merge"]
    blocked = {one["title"]: one for one in actions_at(client, uris[B], 7)}
    assert A in blocked["Work"]["disabled"]["reason"]
    assert blocked["Work with its unmet dependencies"]["command"]["arguments"][0]["chain"] is True
    assert {one["kind"] for one in actions_at(client, uris[A], 5, only=["chant"])} == {"chant"}


def test_untrusted_verbs_are_disabled(start):
    client, uris = start(RICH)
    found = {one["title"]: one for one in actions_at(client, uris[A], 5)}
    assert "not trusted" in found["Work"]["disabled"]["reason"]
    assert "not trusted" in found["Split into members (by an agent)"]["disabled"]["reason"]
    assert "disabled" not in found["Split into research and implement"]
    lenses = client.request("textDocument/codeLens", of(uris[A]))
    assert {one["command"]["command"] for one in lenses} == {""}


def test_a_spec_is_split_by_an_edit_that_makes_files(start):
    client, uris = start({**RICH, "workspace": {**RICH["workspace"], "applyEdit": True}})
    applied = []
    client.answers["workspace/applyEdit"] = lambda p: applied.append(p) or {"applied": True}
    argument = {"spec": "001-abc", "research": True}
    done = client.request(
        "workspace/executeCommand", {"command": "chant.split", "arguments": [argument]}
    )
    assert done == {"ok": True, "created": [f"{A}.1", f"{A}.2"]}
    operations = applied[0]["edit"]["documentChanges"]
    made = [one["uri"] for one in operations if one.get("kind") == "create"]
    assert made == [uris[A].replace(A, f"{A}.{n}") for n in (1, 2)]
    assert operations[-1]["textDocument"]["uri"] == uris[A]


def test_a_client_that_cannot_make_files_is_told_so(start):
    client, _ = start({})
    argument = {"spec": A, "research": True}
    error = client.error(
        "workspace/executeCommand", {"command": "chant.split", "arguments": [argument]}
    )
    assert error["code"] == -32803 and "cannot make files" in error["message"]


def test_the_graph_is_told_in_every_format(start):
    client, _ = start({})
    for format, said in (("tree", A), ("dot", "digraph"), ("mermaid", "graph"), ("json", "{")):
        argument = {"command": "chant.graph", "arguments": [{"format": format}]}
        done = client.request("workspace/executeCommand", argument)
        assert done["ok"] and said in done["text"] and A in done["text"]
    wrong = {"command": "chant.graph", "arguments": [{"format": "png"}]}
    assert "tree" in client.error("workspace/executeCommand", wrong)["message"]


def test_paths_are_completed_from_the_folders_of_the_project(start, project):
    (project / "src/deep").mkdir(parents=True)
    (project / "src/app.py").write_text("")
    client, uris = start(RICH)
    client.change(uris[A], 2, {"text": "---\ntarget_files:\n  - src/\n---\n\n# T\n"})
    found = client.request("textDocument/completion", at(uris[A], 2, 8))
    assert sorted(one["textEdit"]["newText"] for one in found["items"]) == [
        "src/app.py",
        "src/deep/",
    ]


def test_a_heading_behind_a_path_is_found_in_its_file(start, project):
    (project / "docs").mkdir()
    (project / "docs/a.md").write_text("# Notes\n\n## What is 🔒 kept\n")
    client, uris = start(RICH)
    client.change(uris[A], 2, {"text": "---\ninformed_by: [docs/a.md#what-is--kept]\n---\n# T\n"})
    ask = at(uris[A], 1, 20)
    until(lambda: client.request("textDocument/definition", ask))
    found = client.request("textDocument/definition", ask)
    assert found["uri"].endswith("docs/a.md")
    assert found["range"]["start"] == {"line": 2, "character": 3}


def test_files_renamed_together_are_followed_together(start):
    client, uris = start(RICH)
    files = [{"oldUri": uris[one], "newUri": uris[one].replace("abc", "new")} for one in (C, A)]
    edit = client.request("workspace/willRenameFiles", {"files": files})
    changed = {one["textDocument"]["uri"]: str(one["edits"]) for one in edit["documentChanges"]}
    assert changed.keys() == {uris[B], uris[C]}
    assert all("2026-01-01-001-new" in text for text in changed.values())


def test_every_handler_survives_a_text_it_does_not_know(start):
    client, _ = start(RICH)
    uri, area = "file:///nowhere/x.md", {"start": ORIGIN, "end": ORIGIN}
    context = {"diagnostics": []}
    item = {
        "name": "x", "kind": 2, "uri": uri, "range": area, "selectionRange": area, "data": {"id": 3}
    }  # fmt: skip
    for method, params in {
        "textDocument/hover": at(uri, 0, 0),
        "textDocument/completion": at(uri, 0, 0),
        "textDocument/definition": at(uri, 0, 0),
        "textDocument/references": at(uri, 0, 0, context=CONTEXT),
        "textDocument/documentLink": of(uri),
        "textDocument/prepareRename": at(uri, 0, 0),
        "textDocument/rename": at(uri, 0, 0, newName="x"),
        "textDocument/documentSymbol": of(uri),
        "textDocument/prepareCallHierarchy": at(uri, 0, 0),
        "callHierarchy/incomingCalls": {"item": item},
        "callHierarchy/outgoingCalls": {"item": {**item, "data": None}},
        "textDocument/codeLens": of(uri),
        "textDocument/inlayHint": of(uri, range=area),
        "textDocument/foldingRange": of(uri),
        "textDocument/selectionRange": of(uri, positions=[ORIGIN]),
        "textDocument/codeAction": of(uri, range=area, context=context),
    }.items():
        assert client.request(method, params) is None, method
    assert client.request("textDocument/semanticTokens/full", of(uri)) == {"data": []}
    assert client.request("textDocument/diagnostic", of(uri))["items"] == []


ORIGIN = {"line": 0, "character": 0}
