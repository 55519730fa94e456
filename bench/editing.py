"""The server under an editor's hands: start, first diagnostics, keystrokes, questions, memory."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from string import ascii_letters

import psutil

from bench import whole
from bench.rpc import Client, Message
from bench.table import Row
from bench.timing import median, milliseconds, quantile

SERVER = [sys.executable, "-m", "chant_ls.lsp.main", "--stdio"]
BARE = [sys.executable, str(Path(__file__).with_name("bare_server.py"))]
STARTS, KEYS, QUESTIONS = 7, 1000, 300
MEGABYTE = 1 << 20
LONGEST_WORD = 60


def rows(root: Path, ids: list[str], edits: int) -> Iterator[Row]:
    yield from start(root)
    yield from opening(root, ids)
    yield from typing(root, ids, edits)


def start(root: Path) -> Iterator[Row]:
    """Ours and the bare one by turns, so that both see the same machine."""
    pairs = [(_start(SERVER, root), _start(BARE, root)) for _ in range(STARTS)]
    ours, bare = (median(times) for times in zip(*pairs, strict=True))
    met = ours <= 1.15 * bare
    yield Row("spawn to initialize", ours, "ms", "≤ 1.15 ×", met, bare, "bare pygls")


def _start(command: list[str], root: Path) -> float:
    began = time.perf_counter()
    with Client(command, root) as client:
        client.initialize(root, pull=True)
        return 1000 * (time.perf_counter() - began)


def opening(root: Path, ids: list[str]) -> Iterator[Row]:
    """A client that is pushed to: first word on a file, the index, then across files."""
    with Client(SERVER, root) as client:
        client.initialize(root, pull=False)
        client.notify("initialized", {})
        other, editor = Editor(client, root, ids[-1]), Editor(client, root, ids[-2])
        began = time.perf_counter()
        other.open("title: misplaced\n")
        client.until(other.published(lambda codes: True))
        first = 1000 * (time.perf_counter() - began)
        yield Row("didOpen to first diagnostics, unindexed", first, "ms", "≤ 50 ms", first <= 50)
        editor.open("depends_on: [2020-01-01-000-xxx]\n")
        client.until(editor.published(lambda codes: "unknown-dependency" in codes))
        ready = time.perf_counter() - began
        yield Row("didOpen to whole project known", ready, "s", "< 1.5 s", ready < 1.5)
        late = _across(client, editor, other)
        yield Row("edit of depends_on, other file", late, "ms", "≤ 250 ms", late <= 250)


def _across(client: Client, editor: "Editor", other: "Editor") -> float:
    """A cycle closed in one file is told in the other."""
    other.replace(f"---\ndepends_on: [{editor.id}]\n---\n# Other\n")
    time.sleep(0.5)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        editor.replace(f"---\ndepends_on: [{other.id}]\n---\n# One\n")
        client.until(other.published(lambda codes: "dependency-cycle" in codes))
        times.append(1000 * (time.perf_counter() - began))
        editor.replace("---\ntype: code\n---\n# One\n")
        client.until(other.published(lambda codes: "dependency-cycle" not in codes))
    return quantile(times, 0.99)


def typing(root: Path, ids: list[str], edits: int) -> Iterator[Row]:
    """A client that pulls: each key is an edit and the diagnostics that answer it."""
    with Client(SERVER, root) as client:
        editor, offered = _ready(client, root, ids)
        yield from _answers(client, editor, offered, ids)
        yield from whole.rows(client, editor.uri)
        yield from _memory(client, editor, edits)


def answers(root: Path, ids: list[str]) -> Iterator[Row]:
    """Keys and questions in the last of the specs."""
    with Client(SERVER, root) as client:
        editor, offered = _ready(client, root, ids)
        yield from _answers(client, editor, offered, ids)


def _ready(client: Client, root: Path, ids: list[str]) -> tuple["Editor", Message]:
    """An editor on the last spec once the index is there, and what the server offers."""
    offered = client.initialize(root, pull=True)["capabilities"]
    client.notify("initialized", {})
    editor = Editor(client, root, ids[-1])
    editor.open(f"depends_on:\n  - {ids[-2]}\n")
    _await_index(client, root, ids[0])
    return editor, offered


def _answers(client: Client, editor: "Editor", offered: Message, ids: list[str]) -> Iterator[Row]:
    bare = round_trips(editor.root, editor.id)
    yield from _keys("body", [editor.key() for _ in range(KEYS)], bare)
    changes = [editor.dependency(ids) for _ in range(KEYS // 4)]
    yield from _keys("depends_on", changes, bare)
    yield from _questions(client, editor, offered, bare)


def _memory(client: Client, editor: "Editor", edits: int) -> Iterator[Row]:
    process = psutil.Process(client.process.pid)
    before = process.memory_info().rss / MEGABYTE
    for _ in range(edits):
        editor.key()
    after = process.memory_info().rss / MEGABYTE
    yield Row("resident memory", after, "MB", "≤ 200 MB", after <= 200)
    grown = after - before
    yield Row(f"growth over {edits:,} edits", grown, "MB", "flat", grown <= 10)


def round_trips(root: Path, id: str) -> list[float]:
    """The same keys sent to the bare server: what the pipe, the protocol and this machine take."""
    with Client(BARE, root) as client:
        client.initialize(root, pull=True)
        client.notify("initialized", {})
        editor = Editor(client, root, id)
        editor.open("type: code\n")
        return [editor.key() for _ in range(KEYS)]


def _keys(where: str, times: list[float], bare: list[float]) -> Iterator[Row]:
    for part, limit in ((0.5, 2.0), (0.99, 10.0)):
        value = quantile(times, part)
        name = f"keystroke in {where}, p{part * 100:.0f}"
        least = quantile(bare, part)
        yield Row(name, value, "ms", f"≤ {limit:.0f} ms", value <= limit, least, "bare pygls")


def _questions(
    client: Client, editor: "Editor", offered: Message, bare: list[float]
) -> Iterator[Row]:
    """Asked on the id in `depends_on`; what the server does not offer is left out."""
    place = {"textDocument": {"uri": editor.uri}, "position": {"line": 2, "character": 8}}
    for name in ("hover", "completion", "definition"):
        if f"{name}Provider" in offered:
            ask = partial(client.request, f"textDocument/{name}", place)
            worst = quantile([milliseconds(ask) for _ in range(QUESTIONS)], 0.99)
            met, least = worst <= 10, quantile(bare, 0.99)
            yield Row(f"{name}, p99", worst, "ms", "≤ 10 ms", met, least, "bare pygls")


def _await_index(client: Client, root: Path, id: str) -> None:
    """The index is complete once an unknown id is told as such."""
    probe = Editor(client, root, id)
    probe.open("depends_on: [2020-01-01-000-xxx]\n")
    while "unknown-dependency" not in {found["code"] for found in probe.pulled()}:
        time.sleep(0.05)
    probe.close()


class Editor:
    """One open spec."""

    def __init__(self, client: Client, root: Path, id: str) -> None:
        self.id = id
        self.root = root
        self.uri = (root / ".chant" / "specs" / f"{id}.md").as_uri()
        self._client = client
        self._version = 1
        self._typed = 0
        self._text = (root / ".chant" / "specs" / f"{id}.md").read_text()
        self._random = random.Random(1)

    def open(self, front: str) -> None:
        """With these lines as its whole frontmatter."""
        self._text = f"---\n{front}---\n{self._text.split('---' + chr(10), 2)[2]}"
        item = {"uri": self.uri, "languageId": "markdown", "version": 1, "text": self._text}
        self._client.notify("textDocument/didOpen", {"textDocument": item})

    def close(self) -> None:
        self._client.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def replace(self, text: str) -> None:
        self._change({"text": text})

    def key(self) -> float:
        """A letter typed in a line of prose, so that the text is new; a word that grew long is
        taken away again."""
        line = self._text[: self._text.index("## Context")].count("\n") + 2
        full = self._typed == LONGEST_WORD
        start, end = 0 if full else self._typed, self._typed
        places = ({"line": line, "character": column} for column in (start, end))
        change = {
            "range": dict(zip(("start", "end"), places, strict=True)),
            "text": "" if full else self._random.choice(ascii_letters),
        }
        self._typed = 0 if full else self._typed + 1
        return milliseconds(lambda: (self._change(change), self.pulled()))

    def dependency(self, ids: list[str]) -> float:
        """The entry of `depends_on` replaced by another id."""
        start, end = {"line": 2, "character": 4}, {"line": 3, "character": 0}
        text = f"{self._random.choice(ids[:-1])}\n"
        change = {"range": {"start": start, "end": end}, "text": text}
        return milliseconds(lambda: (self._change(change), self.pulled()))

    def pulled(self) -> list[Message]:
        asked = {"textDocument": {"uri": self.uri}}
        found: list[Message] = self._client.request("textDocument/diagnostic", asked).get(
            "items", []
        )
        return found

    def published(self, wanted: Callable[[set[str]], bool]) -> Callable[[Message], bool]:
        def matches(message: Message) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics":
                return False
            params = message["params"]
            codes = {found["code"] for found in params["diagnostics"]}
            return params["uri"] == self.uri and wanted(codes)

        return matches

    def _change(self, change: Message) -> None:
        self._version += 1
        named = {"uri": self.uri, "version": self._version}
        params = {"textDocument": named, "contentChanges": [change]}
        self._client.notify("textDocument/didChange", params)
