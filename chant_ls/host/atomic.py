"""Writing files so that a crash leaves the old one or the new one."""

import os
import re
import secrets
import stat
import time
from pathlib import Path

from chant_ls.host import identity

ASIDE = re.compile(r"\..+\.(?P<pid>\d+)-[0-9a-f]{8}\.tmp\Z")
"""The name of a file that is being written."""

_LONGEST_WRITE = 60.0
"""Seconds."""


def write(path: Path, data: bytes, mode: int | None = None, durable: bool = False) -> None:
    """Replaces `path` in one step. `mode` None keeps that of the file there, 0644 for a new one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    bits = _mode(path) if mode is None else mode
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, bits)
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(file.fileno(), bits)
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def sweep(folder: Path) -> tuple[Path, ...]:
    """What writers that were killed left below `folder`, removed."""
    found = (Path(at, name) for at, _, names in os.walk(folder) for name in names)
    return tuple(path for path in found if _abandoned(path) and _removed(path))


def _abandoned(path: Path) -> bool:
    """Its age too: its writer may be in another container, where pids are others."""
    named = ASIDE.match(path.name)
    if not named or identity.identity(int(named["pid"])):
        return False
    try:
        return time.time() - path.stat().st_mtime > _LONGEST_WRITE
    except OSError:
        return False


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0o644


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
