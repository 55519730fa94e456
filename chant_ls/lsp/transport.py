"""Bytes to message bodies and back: framing, the reading thread, the protected standard streams."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock, Thread
from typing import BinaryIO

MAX_BODY = 256 * 1024 * 1024
"""Bytes. A longer message is a mistake of the client or an attack."""

_MAX_HEADER = 64 * 1024
_LENGTH = re.compile(rb"content-length:[ \t]*([^\r\n]*?)[ \t]*\r?\n", re.IGNORECASE)
_NUMBER = re.compile(rb"\d{1,20}")


class BadFrame(Exception):
    """A header whose length cannot be used; reading can go on at the next header."""


def frames(stream: BinaryIO) -> Iterator[bytes | BadFrame]:
    """Message bodies until the end of the stream. Header names are matched in any case."""
    while (length := _header(stream)) is not None:
        if isinstance(length, BadFrame):
            yield length
        elif length:
            body = stream.read(length)
            if len(body) < length:
                return
            yield body


def _header(stream: BinaryIO) -> int | BadFrame | None:
    """The length that a header block tells, 0 for a block without one, None at the end."""
    length: int | BadFrame = 0
    while line := stream.readline(_MAX_HEADER):
        if not line.strip():
            return length
        if match := _LENGTH.search(line):
            length = _number(match[1])
    return None


def _number(digits: bytes) -> int | BadFrame:
    if _NUMBER.fullmatch(digits) and int(digits) <= MAX_BODY:
        return int(digits)
    return BadFrame(f"Content-Length {digits[:40].decode('latin-1')!r} cannot be used")


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Wire:
    """Where framed messages are written. Safe to use from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, Lock()

    def write(self, data: bytes) -> None:
        with self._lock, suppress(BrokenPipeError, ConnectionError, ValueError):
            self._stream.write(data)
            self._stream.flush()

    def close(self) -> None:
        with self._lock, suppress(OSError, ValueError):
            self._stream.close()


Deliver = Callable[[bytes | BadFrame | None], Callable[[], None] | None]
"""Called in the reading thread for each message, with None at the end of the stream; what it
returns is called in the event loop, in the same order."""


def start_reading(stream: BinaryIO, deliver: Deliver, loop: asyncio.AbstractEventLoop) -> None:
    """Read in a thread of its own: a message costs one wake-up of the loop."""

    def post(frame: bytes | BadFrame | None) -> None:
        if action := deliver(frame):
            loop.call_soon_threadsafe(action)

    def read() -> None:
        with suppress(OSError, ValueError, RuntimeError):
            for frame in frames(stream):
                post(frame)
        with suppress(RuntimeError):
            post(None)

    Thread(target=read, name="chant-ls-reader", daemon=True).start()


def take_stdio() -> tuple[BinaryIO, BinaryIO]:
    """The real stdin and stdout, for us alone: a print, or a child process, now gets stderr and an
    empty stdin."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reader, writer


def accept_one(host: str, port: int) -> tuple[BinaryIO, BinaryIO]:
    """Wait for one client, then listen no more. Port 0 picks one; stderr tells which."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        name, number = listener.getsockname()[:2]
        print(f"chant-ls listens on {name}:{number}", file=sys.stderr, flush=True)  # noqa: T201 - the address is asked for
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection.makefile("rb"), connection.makefile("wb")
