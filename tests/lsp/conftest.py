"""A client that speaks raw JSON-RPC with the real server process."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.working import gate, own_environment, repo  # noqa: F401 - fixtures

DEADLINE = 30.0
SERVER = [sys.executable, "-m", "chant_ls.lsp.main"]
REPOSITORY = Path(__file__).resolve().parents[2]


class Gone(Exception):
    """The server closed its output."""


class RawClient:
    """Sends bytes or messages; takes answers by id and notifications by method."""

    def __init__(
        self, *arguments: str, env: dict[str, str] | None = None, command: list[str] | None = None
    ) -> None:
        paths = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(
            [*(command or SERVER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **(env or {})},
        )
        self.stderr: list[bytes] = []
        self.inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.seen: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Any] | None] = {}
        """By method; None where the test itself answers."""
        self.texts: set[str] = set()
        self._serial = 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        while header := out.readline():
            length = 0
            while header.strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
                header = out.readline()
            self.inbox.put(json.loads(out.read(length)))
        self.inbox.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.stderr.extend(self.process.stderr)

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send(method=method, **({} if params is None else {"params": params}))

    def ask(self, method: str, params: Any = None) -> int:
        self._serial += 1
        extra = {} if params is None else {"params": params}
        self.send(id=self._serial, method=method, **extra)
        return self._serial

    def next(self) -> dict[str, Any]:
        """The next message; requests of the server are answered on the way."""
        message = self.inbox.get(timeout=DEADLINE)
        if message is None:
            raise Gone(b"".join(self.stderr).decode())
        self.seen.append(message)
        asks = "method" in message and "id" in message
        if asks and (answer := self.answers.get(message["method"], lambda params: None)):
            self.send(id=message["id"], result=answer(message.get("params", {})))
        return message

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not wanted(message := self.next()):
            pass
        return message

    def answer(self, id: Any) -> dict[str, Any]:
        return self.until(lambda m: "method" not in m and m.get("id") == id)

    def request(self, method: str, params: Any = None) -> Any:
        """The result; fails on an error."""
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = None) -> dict[str, Any]:
        answer = self.answer(self.ask(method, params))
        assert "result" not in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    def notification(self, method: str) -> Any:
        return self.until(lambda m: m.get("method") == method and "id" not in m)["params"]

    def diagnostics(self, uri: str, wanted: Callable[[list[str]], bool] = bool) -> list[Any]:
        """What is pushed of a text, as soon as its codes are as wanted: now or by what comes."""

        def right(message: dict[str, Any] | None) -> bool:
            found = message["params"]["diagnostics"] if message and of_it(message) else None
            return found is not None and wanted([one["code"] for one in found])

        def of_it(message: dict[str, Any]) -> bool:
            pushed = message.get("method") == "textDocument/publishDiagnostics"
            return pushed and message["params"]["uri"] == uri

        last = next((message for message in reversed(self.seen) if of_it(message)), None)
        message = last if last and right(last) else self.until(right)
        found: list[Any] = message["params"]["diagnostics"]
        return found

    def initialize(self, root: Path | None = None, /, **params: Any) -> dict[str, Any]:
        told = {"processId": os.getpid(), "rootUri": root.as_uri() if root else None}
        result: dict[str, Any] = self.request("initialize", {**told, "capabilities": {}, **params})
        self.notify("initialized", {})
        return result

    def open(self, file: Path, text: str | None = None, version: int = 1) -> str:
        text = file.read_bytes().decode() if text is None else text
        item = {"uri": file.as_uri(), "languageId": "markdown", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        self.texts.add(file.as_uri())
        return file.as_uri()

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.texts.discard(uri)

    def close_all(self) -> None:
        for uri in sorted(self.texts):
            self.close(uri)

    def folders(self, removed: list[Path], added: list[Path]) -> None:
        event = {
            "removed": [{"uri": one.as_uri(), "name": one.name} for one in removed],
            "added": [{"uri": one.as_uri(), "name": one.name} for one in added],
        }
        self.notify("workspace/didChangeWorkspaceFolders", {"event": event})

    def specs(self, folder: Path | None, wanted: Callable[[list[Any]], bool]) -> list[Any]:
        """The list of a project, or of all, once it is as wanted: every change of it is told, also
        while an older list is on its way."""
        changed, params = "chant/specsChanged", {"root": folder.as_uri()} if folder else {}
        while True:
            before = len(self.seen)
            found: list[Any] = self.request("chant/specs", params)
            if wanted(found):
                return found
            if not any(one.get("method") == changed for one in self.seen[before:]):
                self.notification(changed)

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        item = {"uri": uri, "version": version}
        params = {"textDocument": item, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def leave(self) -> int:
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(DEADLINE)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)


@pytest.fixture
def connect() -> Iterator[Callable[..., RawClient]]:
    """Start servers; all are ended with the test."""
    clients: list[RawClient] = []

    def start(*arguments: str, **options: Any) -> RawClient:
        clients.append(RawClient(*arguments, **options))
        return clients[-1]

    yield start
    for client in clients:
        client.end()


@pytest.fixture
def client(connect: Callable[..., RawClient]) -> RawClient:
    return connect()


@pytest.fixture(scope="session")
def pool() -> Iterator[Callable[..., RawClient]]:
    """Servers that several tests use, one for each set of capabilities and options: a server takes
    a second of processor time to start. Each test brings its own folder."""
    clients: dict[str, RawClient] = {}

    def shared(**told: Any) -> RawClient:
        key = json.dumps(told, sort_keys=True)
        if key not in clients:
            clients[key] = RawClient()
            clients[key].initialize(None, **told)
        return clients[key]

    yield shared
    for client in clients.values():
        assert client.process.poll() is None, b"".join(client.stderr)
        client.end()


@pytest.fixture
def join(pool: Callable[..., RawClient]) -> Iterator[Callable[..., RawClient]]:
    """Open a folder in a shared server; it and its texts are closed with the test."""
    joined: list[tuple[RawClient, Path]] = []

    def begin(folder: Path, **told: Any) -> RawClient:
        client = pool(**told)
        client.seen.clear()
        client.folders([], [folder])
        joined.append((client, folder))
        return client

    yield begin
    for client, folder in joined:
        client.close_all()
        client.folders([folder], [])
