"""The server without its process: messages go in as JSON, what it writes is kept."""

import asyncio
import json
from itertools import count
from pathlib import Path
from typing import Any

from chant_ls.lsp.handlers import registered
from chant_ls.lsp.server import ChantServer
from chant_ls.lsp.transport import Wire


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
