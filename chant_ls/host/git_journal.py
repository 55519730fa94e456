"""What a move of a branch is about to do, durably, so that a crash at any point can be put right.

One file a move under `<git-common-dir>/chant/@moves`, a JSON line a fact, locked by the kernel
while its mover lives. It is gone when nothing is left to put right.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Journal:
    """An open, locked journal. `token` is the content of the index locks that belong to it."""

    path: Path
    fd: int
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return f"chant {self.path.stem}\n"

    def add(self, **facts: Any) -> None:
        """Durable when it returns. Later facts of a name replace earlier ones."""
        self.facts.update(facts)
        os.write(self.fd, json.dumps(facts).encode() + b"\n")
        os.fsync(self.fd)

    def close(self, done: bool) -> None:
        """`done`: nothing is left to put right."""
        if done:
            self.path.unlink(missing_ok=True)
        os.close(self.fd)


def begin(common_dir: Path) -> Journal:
    folder = common_dir / "chant" / "@moves"
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.jsonl"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    _lock(fd)
    return Journal(path, fd)


def abandoned(common_dir: Path) -> Iterator[Journal]:
    """Journals whose mover is gone; the caller closes each."""
    for path in sorted((common_dir / "chant" / "@moves").glob("*.jsonl")):
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            continue
        if not _lock(fd):
            os.close(fd)
            continue
        yield Journal(path, fd, _facts(path))


def packed(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def unpacked(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _facts(path: Path) -> dict[str, Any]:
    """A last line that was cut short was never acted on."""
    facts: dict[str, Any] = {}
    for line in path.read_bytes().split(b"\n")[:-1]:
        facts.update(json.loads(line))
    return facts


def _lock(fd: int) -> bool:
    import fcntl  # absent on Windows, where nothing is executed but this module may be imported

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
