"""What is done and what is not, by counting: never by the clock."""

import gc
import json
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

from lsprotocol import types

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.lsp import intake
from chant_ls.lsp.handlers import registered
from chant_ls.lsp.places import Folder
from chant_ls.lsp.project import Project
from chant_ls.lsp.server import ChantServer
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse, parsed
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import LineIndex

STARTED = """
import asyncio, json, sys
from chant_ls.lsp.main import made

async def main():
    server = made({})
    sent = []
    server.protocol._send_data = sent.append
    params = {"capabilities": {}, "rootUri": "file:///tmp"}
    server.protocol.receive({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
    assert "result" in sent[0], sent
    before = set(sys.modules)
    item = {"uri": "file:///tmp/x.md", "languageId": "markdown", "version": 1, "text": "# A"}
    for method, params in (("initialized", {}), ("textDocument/didOpen", {"textDocument": item})):
        server.protocol.receive({"jsonrpc": "2.0", "method": method, "params": params})
    print(json.dumps([sorted(before), sorted(set(sys.modules) - before)]))

asyncio.run(main())
"""


def test_a_start_imports_what_the_first_text_needs_and_nothing_else():
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, check=True)
    before, later = map(set, json.loads(done.stdout))
    heavy = {"git", "frontmatter", "psutil", "click", "rich"}
    engine = {one for one in before if one.startswith(("chant_ls.engine", "chant_ls.host.git_"))}
    assert before & heavy == set() and engine == set()
    assert not {one for one in later if one.startswith(("chant_ls.analysis.rules", "yaml"))}


SERIAL = count()
WATCHED = Counter()
EVENTS = ("open", "os.", "subprocess.", "shutil.", "glob.", "import", "socket.")
sys.addaudithook(lambda event, args: WATCHED.update([event]) if WATCHED is not None else None)


def server_with(size: int) -> tuple[ChantServer, str]:
    """A server in this process that knows `size` specs in a chain, one of them open."""
    server = registered(ChantServer({}))
    server.protocol._send_data = lambda data: None
    root = Path("/nowhere")
    project = Project(Folder(root, root, root.as_uri()), app=None)
    files = [chained(number) for number in range(size)]
    project.adopt(Snapshot(complete=True, today="2026-02-01").with_files(files))
    server.session.projects[root] = project
    uri = project.uri_of(files[size // 2].path)
    item = types.TextDocumentItem(uri, "markdown", 1, files[size // 2].text)
    server.session.texts.open(uri, 1, item.text)
    intake.changed(server, server.session.texts.get(uri))
    return server, uri


def chained(number: int) -> SpecFile:
    id = SpecId(f"2026-01-01-{number:04}-abc")
    on = f"\ndepends_on: [2026-01-01-{number - 1:04}-abc]" if number else ""
    text = f"---\ntype: code{on}\n---\n\n# Spec {number}\n\n## Acceptance Criteria\n\n- [ ] x\n"
    return SpecFile(f".chant/specs/{id}.md", text, parse(text, id).facts)


def type_a_word(server: ChantServer, uri: str, version: int) -> None:
    end = types.Position(6, 0)
    text = f"word {next(SERIAL)} "  # a text that no test has parsed yet
    change = types.TextDocumentContentChangePartial(types.Range(end, end), text)
    identity = types.VersionedTextDocumentIdentifier(uri=uri, version=version)
    params = types.DidChangeTextDocumentParams(identity, [change])
    server.protocol._get_handler(types.TEXT_DOCUMENT_DID_CHANGE)(params)


async def test_a_keystroke_touches_no_disk_and_starts_nothing():
    server, uri = server_with(30)
    type_a_word(server, uri, 2)
    WATCHED.clear()
    type_a_word(server, uri, 3)
    touched = {event for event in WATCHED if event.startswith(EVENTS)}
    assert touched == set(), WATCHED


async def test_a_keystroke_parses_once():
    server, uri = server_with(30)
    type_a_word(server, uri, 2)
    before = parsed.made
    type_a_word(server, uri, 3)
    assert parsed.made - before == 1


def calls_of_a_keystroke(server: ChantServer, uri: str) -> int:
    calls = 0

    def count_one(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count_one)
    type_a_word(server, uri, 3)
    sys.setprofile(None)
    return calls


async def test_what_is_kept_of_a_large_text_does_not_grow_with_its_edits():
    server, uri = server_with(3)
    line = "A line of prose, word after word.\n"
    large = server.session.texts.get(uri).text + line * 2_000
    intake.changed(server, server.session.texts.open(uri, 2, large))
    for version in range(3, 40):
        type_a_word(server, uri, version)
        hover(server, uri)
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, LineIndex | Document)]
    assert len([one for one in kept if len(text_of(one)) > len(line) * 2_000]) <= 8


def hover(server: ChantServer, uri: str) -> None:
    identity = types.TextDocumentIdentifier(uri)
    params = types.HoverParams(identity, types.Position(1, 1))
    server.protocol._get_handler(types.TEXT_DOCUMENT_HOVER)(params)


def text_of(one: LineIndex | Document) -> str:
    return one.text if isinstance(one, Document) else one._text


async def test_a_keystroke_does_not_walk_over_all_specs():
    counts = []
    for size in (30, 900):
        server, uri = server_with(size)
        type_a_word(server, uri, 2)
        counts.append(calls_of_a_keystroke(server, uri))
    assert counts[1] - counts[0] < 100, "870 more specs, and a call for each of them would show"
