"""OS locks on files that are never deleted: the kernel drops them when their holder dies."""

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path

from chant_ls.engine.ports import REPO
from chant_ls.host.identity import me
from chant_ls.model.refusal import Refusal

_STEP = 0.02


class FileLock:
    """A lock that is held. Its descriptor is not inherited by children."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def acquire(path: Path, name: str, since: str, wait: float) -> FileLock | Refusal:
    """Exclusive lock on `path`; its content tells people who holds it and is never trusted."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        return Refusal(f"cannot open {path}: {error.strerror}", "check who owns the git folder")
    deadline = time.monotonic() + wait
    while not _try(fd):
        if time.monotonic() >= deadline:
            os.close(fd)
            return _taken(path, name)
        time.sleep(_STEP)
    process = me()
    _write(fd, {"pid": process.pid, "identity": process.identity, "since": since})
    return FileLock(fd)


def _try(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(fd: int, holder: dict[str, object]) -> None:
    """On a full disk nobody learns who holds it, but it is held."""
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(holder).encode(), 0)


def _taken(path: Path, name: str) -> Refusal:
    try:
        holder = json.loads(path.read_text())
        who = f" by process {holder['pid']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = ""
    if name == REPO:
        return Refusal(f"the repository is in use{who}", "try again when that is done")
    hint = f"`chant log {name}` shows it, `chant cancel {name}` stops it"
    return Refusal(f"{name} is being worked{who}", hint)
