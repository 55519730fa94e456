"""The server without its process: messages go in as JSON, what it writes is kept."""

import asyncio
import json
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from chant_ls.lsp.handlers import registered
from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.transport import Wire

DEADLINE = 30.0


class Sink:
    """A stream that keeps the bodies of framed messages."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self.messages.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Inside:
    """Use `begin` inside a running loop, and `end` before it stops."""

    def __init__(self) -> None:
        self.server = registered(ChantServer({}))
        self.sink = Sink()
        self._serial = count(1)

    async def begin(self, root: Path | None, **told: Any) -> None:
        wire = Wire(self.sink)  # type: ignore[arg-type] # as much of a stream as it uses
        ended = asyncio.get_running_loop().create_future()
        self.server.protocol.connect(wire, ended)
        params = {"processId": None, "rootUri": root.as_uri() if root else None, **told}
        assert "result" in await self.ask("initialize", params)
        self.notify("initialized", {})

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        if action := self.server.protocol.deliver(body):
            action()

    def notify(self, method: str, params: Any) -> None:
        self.send(method=method, params=params)

    async def ask(self, method: str, params: Any) -> dict[str, Any]:
        """The answer, an error or a result."""
        id = next(self._serial)
        seen = len(self.sink.messages)
        self.send(id=id, method=method, params=params)
        while True:
            for message in self.sink.messages[seen:]:
                if message.get("id") == id and "method" not in message:
                    return message
            seen = len(self.sink.messages)
            await asyncio.sleep(0)

    async def end(self) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    def named(self, method: str) -> list[dict[str, Any]]:
        """What the server sent of a kind, requests and notifications."""
        return [one for one in self.sink.messages if one.get("method") == method]

    async def until(self, condition: Callable[[], object]) -> None:
        """Until it holds; fails when it never does."""
        deadline = asyncio.get_running_loop().time() + DEADLINE
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, self.sink.messages[-5:]
            await asyncio.sleep(0.005)

    async def indexed(self, count: int = 1) -> None:
        """Until so many projects are known as a whole."""
        projects = self.server.session.projects
        await self.until(
            lambda: [one.snapshot.complete for one in projects.values()] == [True] * count
        )

    def open(self, file: Path, text: str | None = None, uri: str = "") -> str:
        uri = uri or file.as_uri()
        text = file.read_text() if text is None else text
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, text: str) -> None:
        changes = {"textDocument": {"uri": uri, "version": version}}
        self.notify("textDocument/didChange", {**changes, "contentChanges": [{"text": text}]})

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def folders(self, removed: Sequence[Path] = (), added: Sequence[Path] = ()) -> None:
        told = {
            "removed": [{"uri": one.as_uri(), "name": one.name} for one in removed],
            "added": [{"uri": one.as_uri(), "name": one.name} for one in added],
        }
        self.notify("workspace/didChangeWorkspaceFolders", {"event": told})

    def pushed(self, uri: str) -> list[str] | None:
        """The codes that were last pushed of a text, None before the first time."""
        sent = [one["params"] for one in self.named("textDocument/publishDiagnostics")]
        last = next((one for one in reversed(sent) if one["uri"] == uri), None)
        return last and [one["code"] for one in last["diagnostics"]]
