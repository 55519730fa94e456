"""A language client on one thread, so that no queue stands between the clock and the pipe."""

import json
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Message = dict[str, Any]


class Client:
    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin and self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        self._id = 0
        self.inbox: deque[Message] = deque(maxlen=1000)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def initialize(self, root: Path, *, pull: bool) -> Message:
        text_document: Message = {"synchronization": {}, "publishDiagnostics": {}}
        if pull:
            text_document["diagnostic"] = {}
        folder = {"uri": root.as_uri(), "name": "bench"}
        answer: Message = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [folder],
                "capabilities": {"textDocument": text_document},
            },
        )
        return answer

    def request(self, method: str, params: object) -> Any:
        return self.answer(self.begin(method, params))

    def begin(self, method: str, params: object) -> int:
        """The id of a request whose `answer` is taken later."""
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        return self._id

    def answer(self, id: int) -> Any:
        def is_it(message: Message) -> bool:
            return message.get("id") == id and "method" not in message

        answer = next(filter(is_it, self.inbox), None) or self.until(is_it)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']}")
        return answer["result"]

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Reads on to the wanted message; requests of the server are answered with null."""
        while True:
            message = self._read()
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message
            self.inbox.append(message)

    def _send(self, message: Message) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self._in.flush()

    def _read(self) -> Message:
        length = 0
        while line := self._out.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise RuntimeError(f"the server ended with {self.process.wait()}")
        message: Message = json.loads(self._out.read(length))
        return message
