"""Writing files so that a crash leaves the old one or the new one."""

import os
import secrets
import stat
from pathlib import Path


def write(path: Path, data: bytes, mode: int | None = None, durable: bool = False) -> None:
    """Replaces `path` in one step. `mode` None keeps that of the file there, 0644 for a new one."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
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
