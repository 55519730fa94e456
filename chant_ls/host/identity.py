"""Who a process is: boot id and start time, which a reused pid does not share. No process starts.

Readers of run records ask this on every listing, so Linux reads /proc and imports nothing.
"""

import os
from functools import cache
from pathlib import Path

from chant_ls.engine.records import ProcessId

_PROC = Path("/proc")


@cache
def boot_id() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _boot_time()


def identity(pid: int) -> str:
    """ "" where there is no such process, or it has ended and only waits to be reaped."""
    started = _linux_start(pid) if (_PROC / "self/stat").exists() else _portable_start(pid)
    return f"{boot_id()}:{started}" if started else ""


def alive(process: ProcessId) -> bool:
    """Whether that very process runs; never where its identity was not learned in time."""
    return process.identity != "" and identity(process.pid) == process.identity


def me() -> ProcessId:
    return of(os.getpid())


def of(pid: int) -> ProcessId:
    return ProcessId(pid, identity(pid))


def _linux_start(pid: int) -> str:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def _portable_start(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.Error:
        return ""


def _boot_time() -> str:
    import psutil

    return str(int(psutil.boot_time()))
