"""Composition root: the one place that knows both the rooms and the machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chant_ls.analysis.snapshot import PathFact, Snapshot, SpecFile
from chant_ls.engine.ports import FileStat
from chant_ls.model.config import Config
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunInfo
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine


def find_root(start: Path) -> Path | Refusal:
    """The nearest folder upward that holds `.chant`, absolute; a linked worktree resolves to the
    main one. Reads files only."""
    raise NotImplementedError


def build_app(root: Path, env: Mapping[str, str]) -> "App":
    """`root` as `find_root` gave it; `env` the user's environment."""
    raise NotImplementedError


@dataclass(frozen=True)
class App:
    """A project on this machine. Nothing here starts a process but what `engine` is used for."""

    root: Path
    env: Mapping[str, str] = field(repr=False)

    def load(self) -> Snapshot:
        """The whole project as it is on disk now; complete, with all path lookups done."""
        raise NotImplementedError

    def stats(self) -> tuple[FileStat, ...]:
        """Every spec file, archive included: cheap, to be polled."""
        raise NotImplementedError

    def read(self, path: str) -> SpecFile | None:
        """One spec file by its path relative to the root; None when it is gone or unreadable."""
        raise NotImplementedError

    def runs(self) -> Mapping[SpecId, RunInfo]:
        """The newest run of every spec, with its liveness."""
        raise NotImplementedError

    def config(self) -> Config:
        raise NotImplementedError

    def prompts(self) -> frozenset[str]:
        """Names of prompts, the bundled ones among them."""
        raise NotImplementedError

    def lookup(self, entries: Iterable[str]) -> Mapping[str, PathFact]:
        """What entries of path fields are on disk."""
        raise NotImplementedError

    @cached_property
    def engine(self) -> "Engine":
        """The execution core; git and processes are imported here, not before."""
        raise NotImplementedError
