"""Every handler on mutated specs, in three encodings: no crash, no hang, every request answered.

A finding becomes a text in FOUND. More rounds: `CHANT_FUZZ=5000 pytest tests/lsp/test_fuzz.py`.
"""

import asyncio
import logging
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.inside import Inside

ROUNDS = int(os.environ.get("CHANT_FUZZ", "40"))
CORPUS = Path("/work/shared/corpus")
CASES = Path(__file__).parents[1] / "analysis/cases"
INTERNAL = -32603
IDS = [f"2026-01-0{n}-00{n}-abc" for n in range(1, 6)]
FOUND: tuple[str, ...] = ()
SEEDS = (
    f"""---
type: code
status: pending
depends_on: [{IDS[1]}, 003]
labels:
- a
---

# 😀 Title

## Acceptance Criteria

- [ ] One {IDS[2]} `$ true`
- [x] 2026-01-01: Two
""",
    f"""---
type: driver
members:
- {IDS[1]}
- {IDS[2]}
approval: {{required: true}}
---

# Drive

## Member Specs

1. `one` - First (depends on 002-abc)
2. `two` - Second
""",
    "---\r\ninformed_by: [docs/a.md, '*.py', x#y]\r\ntarget_files:\r\n  - é.py\r\n---\r\n# T\r\n",
    "\ufeff---\nprompt: research\nlabels: [é😀, 'a: b']\n---\n# \u2028x\x85y\n[a](b.md)![c](d)\n",
    "---\ndepends_on:\n  - \n  -\nstatus:\n---\n# \n\n```sh\nls\n",
)
NASTY = (
    *("---\n", "\n", "\r", "\r\n", "\t", "\u2028", "\x85", "\ufeff", "😀", "\ud83d", "\x00", "'"),
    *('"', "[", "]", "{", "}", ": ", "- ", "# ", "## ", "- [ ] ", "`", "```", "&a ", "*a", "!!x "),
    *("<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "{{", "}}", *IDS, "001", "..", "/", "~", "|\n"),
)
SETTINGS = (".chant/config.md", ".chant/prompts/x.md", ".chant/templates/y.md")


def seeds() -> list[str]:
    cases = [text for file in sorted(CASES.glob("*.txt")) for text in _cases(file)]
    corpus = sorted(CORPUS.rglob("*.md"))[::12] if CORPUS.is_dir() else []
    return [*SEEDS, *cases, *(file.read_bytes().decode("utf-8", "replace") for file in corpus)]


def _cases(file: Path) -> list[str]:
    return re.split(r"^=== .*\n", file.read_text("utf-8"), flags=re.MULTILINE)[1:]


def mutated(rng: random.Random, texts: list[str]) -> str:
    text = rng.choice(texts)[:6000]
    for _ in range(rng.randrange(6)):
        a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        match rng.randrange(6):
            case 0:
                text = text[:a] + text[min(b, a + 20) :]
            case 1:
                text = text[:a] + rng.choice(NASTY) + text[a:]
            case 2:
                text = text[:b] + text[a : min(b, a + 200)] + text[b:]
            case 3:
                text = text[:a] + rng.choice(texts)[: rng.randrange(400)] + text[a:]
            case 4:
                text = text.replace("\n", rng.choice(["\r\n", "\r", "\n\n"]))
            case 5:
                text = text[:a]
    return text


def position(rng: random.Random, text: str) -> dict[str, int]:
    if rng.random() < 0.1:
        return {"line": rng.choice([0, 10**6, 2**31 - 1]), "character": rng.choice([0, 2**31 - 1])}
    lines = text.split("\n")
    line = rng.randrange(len(lines))
    return {"line": line, "character": rng.randint(0, len(lines[line]) + 2)}


def area(rng: random.Random, text: str) -> dict[str, Any]:
    one, two = position(rng, text), position(rng, text)
    return {"start": one, "end": two}


async def everything(server: Inside, rng: random.Random, uri: str, text: str) -> None:
    """Every question that an editor can ask about the text."""
    identity = {"textDocument": {"uri": uri}}
    at = {**identity, "position": position(rng, text)}
    context = {"diagnostics": []}
    asked = {
        **dict.fromkeys(("completion", "hover", "definition", "prepareRename"), at),
        "references": {**at, "context": {"includeDeclaration": rng.random() < 0.5}},
        "rename": {**at, "newName": rng.choice(["x", "", "2026-02-02-001-new", "a/b", "😀", "\n"])},
        "inlayHint": {**identity, "range": area(rng, text)},
        "selectionRange": {**identity, "positions": [at["position"], position(rng, text)]},
        "codeAction": {**identity, "range": area(rng, text), "context": context},
        "prepareCallHierarchy": at,
        **dict.fromkeys(("documentSymbol", "documentLink", "codeLens", "foldingRange"), identity),
        **dict.fromkeys(("semanticTokens/full", "diagnostic"), identity),
    }
    for method, params in asked.items():
        result = await good(server, f"textDocument/{method}", params)
        for more, one in followed(method, result):
            await good(server, more, one)
    await good(server, "workspace/symbol", {"query": text[:4].strip()})


def followed(method: str, result: Any) -> list[tuple[str, Any]]:
    """What an editor asks next about an answer."""
    if method == "completion" and result:
        return [("completionItem/resolve", item) for item in result["items"][:3]]
    if method == "codeAction" and result:
        return [("codeAction/resolve", one) for one in result if one.get("data")]
    if method == "prepareCallHierarchy" and result:
        kinds = ("incomingCalls", "outgoingCalls")
        return [(f"callHierarchy/{kind}", {"item": result[0]}) for kind in kinds]
    return []


async def good(server: Inside, method: str, params: Any) -> Any:
    answer = await server.ask(method, params)
    error = answer.get("error") or {}
    assert error.get("code") != INTERNAL, (method, params, error)
    return answer.get("result")


CAPABILITIES = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename"]}
    },
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
            "dataSupport": True,
            "disabledSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
        "rename": {"prepareSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("specs", "prompts", "templates"):
        (tmp_path / ".chant" / folder).mkdir(parents=True)
    for id, text in zip(IDS, SEEDS, strict=True):
        (tmp_path / f".chant/specs/{id}.md").write_bytes(text.encode())
    return tmp_path


async def started(project: Path, encoding: str) -> Inside:
    server = Inside()
    general = {"positionEncodings": [encoding]}
    await server.begin(project, capabilities={**CAPABILITIES, "general": general})
    while len((await server.ask("chant/specs", {}))["result"]) < len(IDS):
        await asyncio.sleep(0.01)
    return server


def edit(server: Inside, rng: random.Random, uri: str, version: int, text: str) -> None:
    """One change of a range and one of the whole text, so that what follows knows the text."""
    piece = {"range": area(rng, text), "text": rng.choice(NASTY)}
    item = {"uri": uri, "version": version}
    changes = [piece, {"text": text}] if rng.random() < 0.5 else [{"text": text}, piece]
    params = {"textDocument": item, "contentChanges": changes}
    server.notify("textDocument/didChange", params)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_every_handler_on_mutated_texts(project, encoding, caplog):
    caplog.set_level(logging.ERROR)
    server = await started(project, encoding)
    rng = random.Random(f"{encoding} {ROUNDS}")
    texts = seeds()
    for number in range(ROUNDS + len(FOUND)):
        kept = FOUND[number - ROUNDS] if number >= ROUNDS else None
        text = mutated(rng, texts) if kept is None else kept
        text = text.encode("utf-8", "replace").decode()
        names = [f".chant/specs/{rng.choice(IDS)}.md", *SETTINGS]
        uri = (project / names[0 if number % 5 else rng.randrange(4)]).as_uri()
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        server.notify("textDocument/didOpen", {"textDocument": item})
        await everything(server, rng, uri, text)
        edit(server, rng, uri, 2, text)
        await good(
            server,
            "textDocument/hover",
            {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 1}},
        )
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert not caplog.records, (text, caplog.text)
    await good(server, "workspace/diagnostic", {"previousResultIds": []})
    assert not caplog.records, caplog.text
    await server.end()


async def test_a_crash_would_be_seen(project, monkeypatch):
    server = await started(project, "utf-8")
    monkeypatch.setattr("chant_ls.analysis.hover.hover", lambda *told: 1 / 0)
    uri = (project / f".chant/specs/{IDS[0]}.md").as_uri()
    at = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 1}}
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        await good(server, "textDocument/hover", at)
    await server.end()


JUNK = (None, True, -1, 0, 2**40, 1.5, "", "x", "file:///", "file:///%zz", [], {}, [{}], ["\ud83d"])


def spoiled(rng: random.Random, value: Any) -> Any:
    """The same shape with one member gone, wrong or too much."""
    if isinstance(value, dict) and value and rng.random() < 0.8:
        name = rng.choice(sorted(value))
        rest = {k: v for k, v in value.items() if k != name}
        return rest if rng.random() < 0.2 else {**rest, name: spoiled(rng, value[name])}
    if isinstance(value, list) and value and rng.random() < 0.6:
        return [spoiled(rng, value[0]), *value[1:]]
    return rng.choice(JUNK)


def shapes(uri: str) -> dict[str, Any]:
    identity = {"textDocument": {"uri": uri}}
    place = {"line": 1, "character": 7}
    whole = {"start": place, "end": place}
    at = {**identity, "position": place}
    call = {"name": "n", "kind": 2, "uri": uri, "range": whole, "selectionRange": whole}
    methods = ("hover", "completion", "definition", "prepareRename", "prepareCallHierarchy")
    plain = ("documentSymbol", "codeLens", "diagnostic", "foldingRange", "semanticTokens/full")
    return {
        **{f"textDocument/{method}": at for method in methods},
        **{f"textDocument/{method}": identity for method in plain},
        "textDocument/references": {**at, "context": {"includeDeclaration": True}},
        "textDocument/rename": {**at, "newName": "x"},
        "textDocument/codeAction": {**identity, "range": whole, "context": {"diagnostics": []}},
        "textDocument/inlayHint": {**identity, "range": whole},
        "textDocument/selectionRange": {**identity, "positions": [place]},
        "completionItem/resolve": {"label": "x", "data": {"root": uri, "key": "field:type"}},
        "codeAction/resolve": {"title": "t", "data": {"uri": uri, "version": 1, "span": [0, 1]}},
        "callHierarchy/incomingCalls": {"item": {**call, "data": {"root": uri, "id": IDS[0]}}},
        "callHierarchy/outgoingCalls": {"item": {**call, "data": {"root": uri, "id": IDS[0]}}},
        "workspace/symbol": {"query": "x"},
        "workspace/diagnostic": {"previousResultIds": [{"uri": uri, "value": "1"}]},
        "workspace/willRenameFiles": {"files": [{"oldUri": uri, "newUri": uri}]},
        "workspace/executeCommand": {"command": "chant.graph", "arguments": [{"format": "dot"}]},
        "chant/specs": {"root": uri},
    }


async def test_every_request_with_spoiled_params(project, caplog):
    caplog.set_level(logging.ERROR)
    server = await started(project, "utf-16")
    rng = random.Random(ROUNDS)
    uri = (project / f".chant/specs/{IDS[0]}.md").as_uri()
    item = {"uri": uri, "languageId": "markdown", "version": 1, "text": SEEDS[0]}
    server.notify("textDocument/didOpen", {"textDocument": item})
    for method, params in shapes(uri).items():
        await good(server, method, params)
        for _ in range(ROUNDS // 2):
            await good(server, method, spoiled(rng, params))
    assert not caplog.records, caplog.text
    await server.end()
