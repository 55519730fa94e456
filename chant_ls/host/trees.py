"""Process trees: all that a process started, also what left its session or lost its parent.

A stray is known by descent, by CHANT_RUN in its environment, or by its session: for as long as that
is surely the session that the process began, and not one of whoever got its pid later.
"""

import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Iterable, Mapping

import psutil

from chant_ls.engine.records import ProcessId
from chant_ls.host import identity

_PR_SET_CHILD_SUBREAPER = 36
_PR_GET_CHILD_SUBREAPER = 37
_STEP = 0.01
_EXEC = 1.0
"""Seconds that a process may need to become its program, on a machine with much to do."""


def become_subreaper() -> None:
    """Orphaned descendants become our children instead of init's. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(process: ProcessId, mark: str, grace: float) -> int:
    """TERM to all of the tree, KILL after `grace` seconds, until none is left; how many ended.

    Of a process that is gone, known from a record, only what bears the mark is ours.
    """
    return _end(process, mark, grace, process.pid if identity.alive(process) else 0)


def end_child(process: ProcessId, mark: str, grace: float) -> int:
    """The same for a child of this process that is running, or has ended this moment."""
    ours = identity.identity(process.pid) in ("", process.identity)
    return _end(process, mark, grace, process.pid if ours else 0)


def _end(process: ProcessId, mark: str, grace: float, session: int) -> int:
    ended = 0
    for _ in range(5):
        members = _members(process, mark, session)
        if not members:
            break
        ended += len(members)
        _end_all(members, process.pid, grace)
    return ended


def _end_all(members: list[psutil.Process], child: int, grace: float) -> None:
    _each(members, "terminate")
    left = _await_gone(members, child, grace)
    _each(left, "kill")
    _await_gone(left, child, grace)


def _each(members: list[psutil.Process], verb: str) -> None:
    for member in members:
        with contextlib.suppress(psutil.Error):
            getattr(member, verb)()


def _await_gone(members: list[psutil.Process], child: int, grace: float) -> list[psutil.Process]:
    """Those still there after `grace` seconds. Not psutil.wait_procs: it would take the exit code
    of `child` away from whoever started that."""
    deadline = time.monotonic() + grace
    left = [member for member in members if _running(member)]
    while left and time.monotonic() < deadline:
        time.sleep(_STEP)
        left = [member for member in left if _running(member)]
    for member in members:
        if member.pid != child:
            _reap(member.pid)
    return left


def _reap(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.waitpid(pid, os.WNOHANG)


def _members(process: ProcessId, mark: str, session: int) -> list[psutil.Process]:
    found = {p.pid: p for p in _family(process)}
    for candidate in _candidates():
        if candidate.pid not in found and _strays(candidate, mark, session):
            found[candidate.pid] = candidate
    return [p for p in found.values() if p.pid != os.getpid() and _running(p)]


def _candidates() -> Iterable[psutil.Process]:
    """Where strays can be: a subreaper's are all below it, others' may be anywhere."""
    return psutil.Process().children(recursive=True) if _subreaper() else psutil.process_iter()


def _subreaper() -> bool:
    if sys.platform != "linux":
        return False
    answer = ctypes.c_int()
    ctypes.CDLL(None).prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


def _family(process: ProcessId) -> list[psutil.Process]:
    if not identity.alive(process):
        return []
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def _strays(candidate: psutil.Process, mark: str, session: int) -> bool:
    try:
        if session and os.getsid(candidate.pid) == session:
            return True
        return bool(mark) and _environ(candidate).get("CHANT_RUN") == mark
    except (psutil.Error, OSError):
        return False


def _environ(candidate: psutil.Process) -> Mapping[str, str]:
    """While a program takes the place of another (exec), Linux shows neither environment nor
    arguments of it; a kernel thread, that never has any, has no program either."""
    deadline = time.monotonic() + _EXEC
    while not (found := candidate.environ()) and time.monotonic() < deadline:
        if candidate.cmdline():
            return candidate.environ()  # it may have become its program since we looked
        if not candidate.exe():
            break
        time.sleep(_STEP / 10)
    return found


def _running(process: psutil.Process) -> bool:
    """Whether it is more than an entry that waits to be reaped."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
