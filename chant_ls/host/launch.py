"""Starting a supervisor: a detached Python that runs the very code we run, told by one pipe."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chant_ls.host.run_store import DiskRunStore

PATIENCE = 45.0
"""Seconds for a job that is taken back to undo what it had begun."""

_BOOT = """\
import json, sys
root, job, fd, path = json.loads(sys.argv[1])
sys.path[:] = path
from chant_ls.supervise import main
sys.exit(main(root, job, fd))
"""


@dataclass(frozen=True, slots=True)
class SupervisorLauncher:
    """The child's `sys.path` is ours, so neither its folder nor PYTHONPATH decides what it runs."""

    root: Path
    runs: DiskRunStore
    env: Mapping[str, str]

    def start(self, job: str) -> Mapping[str, object]:
        reader, writer = os.pipe()
        try:
            child = self._spawn(job, writer)
        finally:
            os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            try:
                return _word(pipe.readline())
            except BaseException:
                _taken_back(child)
                raise

    def _spawn(self, job: str, writer: int) -> "subprocess.Popen[bytes]":
        path = [entry for entry in sys.path if entry and Path(entry).is_absolute()]
        said = json.dumps([str(self.root), job, writer, path])
        errors = self.runs.errors_path(job)
        with errors.open("ab") as stderr:
            return subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, said],
                cwd=self.root,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
                pass_fds=(writer,),
            )


def _taken_back(child: "subprocess.Popen[bytes]") -> None:
    """Whoever asked leaves before anything runs (Ctrl+C, TERM): so does the job."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(PATIENCE)


def _word(line: bytes) -> Mapping[str, object]:
    try:
        word = json.loads(line)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}
