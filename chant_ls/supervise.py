"""The process of a supervisor: started by `host.launch`, never by hand."""

import json
import os
import queue
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from chant_ls.app import build_app
from chant_ls.engine.supervisor import Message, Signal, supervise


class Handshake:
    """The pipe to whoever started us: one line, then it is closed."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        os.set_inheritable(fd, False)

    def say(self, word: Mapping[str, object]) -> None:
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        try:
            os.write(fd, json.dumps(word).encode() + b"\n")
        except OSError:
            pass  # whoever asked is gone; the journal tells the rest
        finally:
            os.close(fd)


def hear_signals() -> "queue.SimpleQueue[Message]":
    """From now on signals are messages; the end of a terminal means nothing."""
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    for name in ("INT", "TERM", "USR1"):
        signal.signal(getattr(signal, f"SIG{name}"), lambda *_, n=name: inbox.put(Signal(n)))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return inbox


def main(root: str, job: str, fd: int) -> int:
    inbox = hear_signals()
    engine = build_app(Path(root), dict(os.environ)).engine
    say = Handshake(fd).say
    data = engine.runs.job(job) or {}
    if "merge" not in data and "split" not in data:
        return supervise(engine, job, say, inbox)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if "merge" in data:
        from chant_ls.engine.operations.merge_job import supervised

        return supervised(engine, job, say)
    from chant_ls.engine.operations import split_job

    return split_job.supervised(engine, job, say)
