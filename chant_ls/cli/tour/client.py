"""A tiny language client: JSON-RPC over the pipes of a server that it starts."""

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import IO, Any, Self

Message = dict[str, Any]


class ServerGone(Exception):
    """The server ended, or did not answer in time."""


class Client:
    """Answers of the server are awaited; its notifications are kept in `inbox` in order."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answers: Queue[Message | None] = Queue()
        self._id = 0
        self.inbox: Queue[Message | None] = Queue()
        threading.Thread(target=self._read_all, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.request("shutdown", None)
                self.notify("exit", None)
            self._process.wait(timeout=5)
        except (ServerGone, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def request(self, method: str, params: object, seconds: float = 30) -> Any:
        """The result; an error answer is raised as `ServerGone` would be: with its message."""
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        answer = _taken(self._answers, seconds, method)
        if "error" in answer:
            raise ServerGone(answer["error"]["message"])
        return answer["result"]

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def until(self, wanted: Callable[[Message], bool], seconds: float = 30) -> Message:
        """The next notification that is wanted; those before it are dropped."""
        while True:
            message = _taken(self.inbox, seconds, "a notification")
            if wanted(message):
                return message

    def _send(self, message: Message) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        stdin.flush()

    def _read_all(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        while (message := _read(stdout)) is not None:
            if "method" not in message:
                self._answers.put(message)
            elif "id" in message:
                self._send({"id": message["id"], "result": _polite(message)})
            else:
                self.inbox.put(message)
        self._answers.put(None)
        self.inbox.put(None)


def _taken(queue: "Queue[Message | None]", seconds: float, what: str) -> Message:
    try:
        message = queue.get(timeout=seconds)
    except Empty:
        raise ServerGone(f"the server did not answer within {seconds:.0f} s: {what}") from None
    if message is None:
        raise ServerGone(f"the server ended before it answered: {what}")
    return message


def _read(stream: IO[bytes]) -> Message | None:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(stream.read(length)) if length else None


def _polite(request: Message) -> Any:
    """What an editor would answer to a request of the server."""
    if request["method"] == "workspace/configuration":
        return [None for _ in request["params"]["items"]]
    if request["method"] == "workspace/applyEdit":
        return {"applied": True}
    return None
