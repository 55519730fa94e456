"""The bundle that every verb of the execution core takes first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.git_port import Git
from chant_ls.engine.ports import Clock, Files, Launcher, Processes, RunStore, SpecStore
from chant_ls.model.config import Config


def no_fault(step: str) -> None:
    """Tests put their own in place of this, to die at a step."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A project and the machine under it. Frozen: `load()` gives the present, read from disk.

    `root` is the absolute folder that holds `.chant`; `env` the user's environment; `worktrees`
    the folder for worktrees; `fault(step)` is called before each step of a run.
    """

    root: Path
    config: Config
    git: Git
    specs: SpecStore
    files: Files
    runs: RunStore
    processes: Processes
    clock: Clock
    launcher: Launcher
    load: Callable[[], Snapshot]
    env: Mapping[str, str]
    worktrees: Path
    fault: Callable[[str], None] = no_fault
