"""Processes: agents in sessions of their own, drained, limited in time, ended with their trees."""

import errno
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from chant_ls.engine.ports import Command, Ended, OnLines, Stop
from chant_ls.engine.records import ProcessId
from chant_ls.host import identity, trees
from chant_ls.model.refusal import Refusal

_GRACE = 10.0
_LONGEST_LINE = 16 << 20
"""Bytes: agents tell files that they read as one line of JSON."""

_MOST_AT_ONCE = 1000
_MOST_WAITING = 10_000
_WEIGHS_AS_A_LINE = 16 << 10
"""Characters: `_MOST_WAITING` lines of so many are 160 MB at most."""

_STEP = 0.02
_SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "USR1": signal.SIGUSR1}

_Message = tuple[str, str]
"""(`stdout` or `stderr`, line), (`end`, ""), (`stop`, "")."""


class SystemProcesses:
    def me(self) -> ProcessId:
        return identity.me()

    def alive(self, process: ProcessId) -> bool:
        return identity.alive(process)

    def run(
        self,
        command: Command,
        on_start: Callable[[ProcessId], None],
        on_lines: OnLines,
        stop: Stop | None = None,
    ) -> Ended | Refusal:
        try:
            child = _spawn(command)
        except OSError as error:
            return Refusal(f"cannot start {command.argv[0]}: {error.strerror}")
        process = identity.of(child.pid)
        try:
            on_start(process)
            return _supervise(child, process, command, on_lines, stop)
        except BaseException:
            trees.end_child(process, command.mark, _GRACE)
            raise

    def end_tree(self, process: ProcessId, mark: str) -> int:
        return trees.end(process, mark, _GRACE)

    def signal(self, process: ProcessId, name: str) -> bool:
        if not identity.alive(process):
            return False
        try:
            os.kill(process.pid, _SIGNALS[name])
        except OSError:
            return False
        return True

    def adopt_orphans(self) -> None:
        trees.become_subreaper()

    def which(self, program: str, path: str) -> str | None:
        return _which(program, path)

    def free_bytes(self, folder: Path) -> int:
        there = next(p for p in (folder, *folder.parents) if p.exists())
        return shutil.disk_usage(there).free


def _which(program: str, path: str) -> str | None:
    """Folders of PATH that are relative do not count: a worktree would be one of them."""
    absolute = (folder for folder in path.split(os.pathsep) if Path(folder).is_absolute())
    return shutil.which(program, path=os.pathsep.join(absolute) or os.defpath)


def _spawn(command: Command) -> "subprocess.Popen[bytes]":
    program = _which(command.argv[0], command.env.get("PATH", os.defpath))
    if program is None:
        raise FileNotFoundError(errno.ENOENT, "it is not on PATH or cannot be executed")
    child = subprocess.Popen(
        command.argv,
        executable=program,
        cwd=command.cwd,
        env=dict(command.env),
        stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if command.stdin is not None:
        _background(_feed, child.stdin, command.stdin)
    return child


def _supervise(
    child: "subprocess.Popen[bytes]",
    process: ProcessId,
    command: Command,
    on_lines: OnLines,
    stop: Stop | None,
) -> Ended:
    """One thread calls `on_lines`; readers and the waiter only put into its queue. While too much
    waits in it nothing more is read, and the child has to wait too."""
    room = threading.Semaphore(_MOST_WAITING)

    def take(lines: Sequence[tuple[str, str]]) -> None:
        on_lines(lines)
        room.release(sum(_weight(text) for _, text in lines))

    inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
    started = time.monotonic()
    readers = [
        _background(_drain, child.stdout, "stdout", inbox, room),
        _background(_drain, child.stderr, "stderr", inbox, room),
    ]
    _background(_wait, child, inbox)
    if stop:
        stop.on_ask(lambda: inbox.put(("stop", "")))
    deadline = started + command.timeout if command.timeout else None
    reason = _listen(inbox, take, deadline, stop)
    if reason:
        trees.end_child(process, command.mark, _GRACE)
    code = child.wait()
    trees.end_child(process, command.mark, _GRACE)
    _finish(readers, inbox, take)
    return Ended(code, time.monotonic() - started, reason)


def _listen(
    inbox: "queue.SimpleQueue[_Message]",
    on_lines: OnLines,
    deadline: float | None,
    stop: Stop | None,
) -> str:
    """Until the child ended (""), its time is over or someone wants it to stop: why."""
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return "timeout"
        try:
            messages = [inbox.get(timeout=left)]
        except queue.Empty:
            return "timeout"
        messages += _waiting(inbox)
        _hand_on(messages, on_lines)
        kinds = {kind for kind, _ in messages}
        if "stop" in kinds and stop:
            return stop.reason
        if "end" in kinds:
            return ""


def _waiting(inbox: "queue.SimpleQueue[_Message]") -> list[_Message]:
    """What is there already, so that a flood of lines costs one call and not thousands."""
    messages: list[_Message] = []
    while not inbox.empty() and len(messages) < _MOST_AT_ONCE:
        messages.append(inbox.get())
    return messages


def _hand_on(messages: list[_Message], on_lines: OnLines) -> None:
    lines = [message for message in messages if message[0] in ("stdout", "stderr")]
    if lines:
        on_lines(lines)


def _finish(
    readers: Sequence[threading.Thread], inbox: "queue.SimpleQueue[_Message]", on_lines: OnLines
) -> None:
    """What is still in the pipes; a stray that keeps one open cannot hold us."""
    deadline = time.monotonic() + _GRACE
    while any(r.is_alive() for r in readers) and time.monotonic() < deadline:
        _hand_on(_waiting(inbox), on_lines)
        for reader in readers:
            reader.join(timeout=_STEP)
    while messages := _waiting(inbox):
        _hand_on(messages, on_lines)


def _background(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except OSError:
        return  # the agent ended without reading its prompt: its exit code tells


def _drain(
    pipe: IO[bytes],
    name: str,
    inbox: "queue.SimpleQueue[_Message]",
    room: threading.Semaphore,
) -> None:
    with pipe:
        while line := pipe.readline(_LONGEST_LINE):
            text = line.decode(errors="replace").rstrip("\r\n")
            for _ in range(_weight(text)):
                room.acquire()
            inbox.put((name, text))


def _weight(text: str) -> int:
    """How many of the lines that may wait a text counts for."""
    return 1 + len(text) // _WEIGHS_AS_A_LINE


def _wait(child: "subprocess.Popen[bytes]", inbox: "queue.SimpleQueue[_Message]") -> None:
    child.wait()
    inbox.put(("end", ""))
