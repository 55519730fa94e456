"""Clients as they are: over a whole session, a run included, nothing is sent that was not offered.

Capabilities are those that pytest-lsp recorded of the editors, and those of a client that has none.
"""

from typing import Any

import pytest
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities

from tests.lsp.working import ID, execute, status_is

SPEC = """---
type: code
depends_on: [2026-01-09-009-zzz]
labels: [a, a b]
target_files: []
---

# Write the answer

```sh
echo 42 > answer.txt
```

## Acceptance Criteria

- [ ] Written `$ test -s answer.txt`
"""
REFRESHES = {
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/inlayHint/refresh": "workspace.inlayHint.refreshSupport",
    "workspace/semanticTokens/refresh": "workspace.semanticTokens.refreshSupport",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
}
REQUESTS = {
    "window/workDoneProgress/create": "window.workDoneProgress",
    "window/showDocument": "window.showDocument.support",
    "workspace/applyEdit": "workspace.applyEdit",
    "client/registerCapability": "workspace.didChangeWatchedFiles.dynamicRegistration",
    **REFRESHES,
}
FREE = {"textDocument/publishDiagnostics", "window/showMessage", "window/logMessage", "$/progress"}


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = default_converter().unstructure(client_capabilities(name))
    return found


def pulling() -> dict[str, Any]:
    """The recorded VS Code is older than pull diagnostics; today's has these."""
    found = recorded("visual-studio-code")
    found["textDocument"]["diagnostic"] = {"dynamicRegistration": True}
    found["workspace"]["diagnostics"] = {"refreshSupport": True}
    return found


CLIENTS = {
    "bare": dict,
    "vscode": pulling,
    "neovim": lambda: recorded("neovim"),
    "emacs": lambda: recorded("emacs"),
}


class Offer:
    """What a client said it can."""

    def __init__(self, capabilities: dict[str, Any]) -> None:
        self.capabilities = capabilities

    def of(self, path: str) -> Any:
        found: Any = self.capabilities
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def text(self, path: str) -> Any:
        return self.of(f"textDocument.{path}")


@pytest.fixture(params=CLIENTS)
def offer(request) -> Offer:
    return Offer(CLIENTS[request.param]())


@pytest.fixture
def client(connect, repo, env, offer):
    config = repo / ".chant/config.md"
    config.write_text("---\ndefaults: {provider: shell}\n---\n")
    (repo / f".chant/specs/{ID}.md").write_text(
        SPEC.replace("depends_on: [2026-01-09-009-zzz]\n", "")
    )
    client = connect(env=env)
    told = {"initializationOptions": {"trusted": True}, "capabilities": offer.capabilities}
    client.initialize(repo, **told)
    client.specs(repo, bool)
    return client


def session(client, repo, offer) -> dict[str, Any]:
    """Everything an editor asks of one text, then a run of it; the answers by method."""
    file = repo / f".chant/specs/{ID}.md"
    uri = client.open(file, SPEC)
    identity = {"textDocument": {"uri": uri}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 17, "character": 0}}
    at = {**identity, "position": {"line": 2, "character": 16}}
    label = {**identity, "position": {"line": 3, "character": 9}}
    asked = {
        "completion": at,
        "hover": {**identity, "position": {"line": 2, "character": 3}},
        "definition": at,
        "references": {**at, "context": {"includeDeclaration": True}},
        "documentSymbol": identity,
        "documentLink": identity,
        "codeLens": identity,
        "foldingRange": identity,
        "inlayHint": {**identity, "range": whole},
        "selectionRange": {**identity, "positions": [at["position"]]},
        "semanticTokens/full": identity,
        "codeAction": {**identity, "range": whole, "context": {"diagnostics": []}},
        "prepareRename": label,
        "rename": {**label, "newName": "c"},
        "diagnostic": identity,
        "prepareCallHierarchy": {**identity, "position": {"line": 7, "character": 4}},
    }
    folders = {**identity, "position": {"line": 4, "character": 15}}
    answers = {m: client.request(f"textDocument/{m}", params) for m, params in asked.items()}
    answers["folders"] = client.request("textDocument/completion", folders)
    client.change(uri, 2, {"text": SPEC.replace("# Write", "# Now write")})
    drawn = {method for method, path in REFRESHES.items() if offer.of(path)}
    while not drawn <= {one.get("method") for one in client.seen}:
        client.next()
    client.close(uri)
    execute(client, "work", spec=ID)
    status_is(client, "completed")
    answers["log"] = execute(client, "log", spec=ID)
    answers["merge"] = execute(client, "merge", spec=ID)
    client.specs(None, lambda found: found[0]["merged"] is True)
    assert client.leave() == 0
    return answers


def test_nothing_is_sent_that_was_not_offered(client, repo, offer):
    answers = session(client, repo, offer)
    sent = [m for m in client.seen if "method" in m]
    for message in sent:
        method = message["method"]
        allowed = method in FREE or method == "chant/specsChanged" or offer.of(REQUESTS[method])
        assert allowed, message
        assert ("id" in message) == (method in REQUESTS), message
    pushed = [m["params"] for m in sent if m["method"] == "textDocument/publishDiagnostics"]
    told = offer.text("publishDiagnostics.versionSupport")
    assert any("version" in one for one in pushed) == bool(pushed and told)
    assert bool(pushed) != bool(offer.of("workspace.diagnostics.refreshSupport"))
    refreshed = {m["method"] for m in sent if m["method"] in REFRESHES}
    assert refreshed == {method for method, path in REFRESHES.items() if offer.of(path)}
    tokens = {m["params"]["token"] for m in sent if m["method"] == "window/workDoneProgress/create"}
    assert {m["params"]["token"] for m in sent if m["method"] == "$/progress"} == tokens
    assert bool(tokens) == bool(offer.of("window.workDoneProgress"))
    pulled = answers["diagnostic"]["items"]
    assert "unknown-dependency" in [one["code"] for one in pulled]
    for one in (*pulled, *(d for p in pushed for d in p["diagnostics"])):
        check_diagnostic(one, offer)
    check_answers(answers, offer)
    assert b"".join(client.stderr) == b""


def check_diagnostic(one: dict[str, Any], offer: Offer) -> None:
    for name, path in {
        "relatedInformation": "relatedInformation",
        "codeDescription": "codeDescriptionSupport",
        "tags": "tagSupport",
        "data": "dataSupport",
    }.items():
        assert name not in one or offer.text(f"publishDiagnostics.{path}"), one


def check_answers(answers: dict[str, Any], offer: Offer) -> None:
    kinds = set(offer.text("completion.completionItemKind.valueSet") or range(1, 19))
    for item in (*answers["completion"]["items"], *answers["folders"]["items"]):
        assert item["kind"] in kinds and "command" not in item
        told = "completion.completionItem."
        assert item.get("insertTextFormat") != 2 or offer.text(f"{told}snippetSupport")
        assert "labelDetails" not in item or offer.text(f"{told}labelDetailsSupport")
    kind = answers["hover"]["contents"]["kind"]
    assert kind == "plaintext" or kind in offer.text("hover.contentFormat")
    nested = any("children" in one or "selectionRange" in one for one in answers["documentSymbol"])
    assert nested == bool(offer.text("documentSymbol.hierarchicalDocumentSymbolSupport"))
    for action in answers["codeAction"]:
        literal = not isinstance(action.get("command"), str)
        assert literal == bool(offer.text("codeAction.codeActionLiteralSupport"))
        assert "disabled" not in action or offer.text("codeAction.disabledSupport")
        assert "isPreferred" not in action or offer.text("codeAction.isPreferredSupport")
        resolved = "edit" in (offer.text("codeAction.resolveSupport.properties") or ())
        assert "data" not in action or (resolved and offer.text("codeAction.dataSupport"))
        check_edit(action.get("edit"), offer)
    check_edit(answers["rename"], offer)


def check_edit(edit: dict[str, Any] | None, offer: Offer) -> None:
    if edit is None:
        return
    told = "workspace.workspaceEdit."
    assert ("documentChanges" in edit) == bool(offer.of(f"{told}documentChanges"))
    assert "changeAnnotations" not in edit or offer.of(f"{told}changeAnnotationSupport")
    kinds = {one["kind"] for one in edit.get("documentChanges", ()) if "kind" in one}
    assert kinds <= set(offer.of(f"{told}resourceOperations") or ())
