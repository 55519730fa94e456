"""Composition root: the one place that knows both the rooms and the machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chant_ls.host import roots
from chant_ls.model.refusal import Refusal

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import PathFact, Snapshot, SpecFile
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.ports import FileStat
    from chant_ls.engine.records import RunRecord
    from chant_ls.host.clock import SystemClock
    from chant_ls.host.consents import DiskConsents
    from chant_ls.host.files import DiskFiles
    from chant_ls.host.git import GitRepo
    from chant_ls.host.run_store import DiskRunStore
    from chant_ls.host.spec_store import DiskSpecStore
    from chant_ls.model.config import Config
    from chant_ls.model.runs import RunInfo
    from chant_ls.model.spec import SpecId, Status

CONFIG = ".chant/config.md"
_PAPERS = (CONFIG, ".chant/prompts/**/*.md", ".chant/templates/**/*.md")
_LARGEST_CONFIG = 1 << 20


def find_root(start: Path) -> Path | Refusal:
    """The nearest folder upward that holds `.chant`, absolute; a linked worktree resolves to the
    main one. Reads files only."""
    return roots.find_root(start)


def own_root(start: Path) -> Path | None:
    """The nearest folder upward that holds `.chant`, absolute; in a linked worktree its own."""
    return roots.own_root(start)


def build_app(root: Path, env: Mapping[str, str], trusted: bool = True) -> "App":
    """`root` as `find_root` gave it; `env` the user's environment; `trusted` as the user told."""
    return App(Path(root).resolve(), dict(env), trusted)


@dataclass(frozen=True)
class App:
    """A project on this machine. Nothing here starts a process but what `engine` is used for.

    Rooms are imported by what needs them: a server checks its first text before it reads a disk.
    """

    root: Path
    env: Mapping[str, str] = field(repr=False)
    trusted: bool = True

    def load(self) -> "Snapshot":
        """The whole project as it is on disk now; complete, with all path lookups done."""
        from chant_ls.host.memory import growing

        with growing():
            return self._loaded()

    def _loaded(self) -> "Snapshot":
        from chant_ls.analysis.snapshot import Snapshot
        from chant_ls.engine import loading
        from chant_ls.engine.agents.table import KNOWN

        found = loading.spec_files(self._specs, (stat.path for stat in self.stats()))
        snapshot = Snapshot(
            runs=self.runs(),
            config=self.config(),
            prompts=self.prompts(),
            tools=frozenset(KNOWN),
            complete=True,
            today=self._clock.today(),
        )
        snapshot = snapshot.with_files(found)
        snapshot = snapshot.with_tracked(self.tracked(snapshot.private))
        snapshot = snapshot.with_foreign(self.foreign(snapshot))
        return snapshot.with_paths(self.lookup(loading.wanted_paths(snapshot)))

    def stats(self) -> "tuple[FileStat, ...]":
        """Every spec file, archive included: cheap, to be polled."""
        return self._specs.stats()

    def read(self, path: str) -> "SpecFile | None":
        """One spec file by its path relative to the root; None when it is gone, unreadable or no
        spec."""
        from chant_ls.engine import loading

        return next(iter(loading.spec_files(self._specs, [path])), None)

    def runs(self) -> "Mapping[SpecId, RunInfo]":
        """The newest run of every spec, with its liveness."""
        from chant_ls.engine import loading
        from chant_ls.host import identity

        found = loading.infos(self.run_store.newest(), identity.alive, self._landed)
        return loading.with_conflict(found, self.run_store.merge())

    def _landed(self, record: "RunRecord") -> bool:
        """Whether the checkout stands on the run's target and holds its result: somebody merged it
        without us. Files are read, no process starts; `engine.landed` knows more."""
        from chant_ls.engine import loading
        from chant_ls.host import gitdir

        where = gitdir.locate(self.root) if record.tracked else None
        if where is None or gitdir.head_branch(where.git_dir) != record.base_branch:
            return False
        data = self._specs.read(record.spec_path)
        return data is not None and loading.tells_of(data, record)

    def config(self, text: str | None = None) -> "Config":
        """The project's over the user's own; a missing or broken one counts as empty. `text` counts
        for the project's file, where it is given."""
        from chant_ls.host import folders
        from chant_ls.syntax.config import parse_config

        user = folders.user_config(self.env)
        return parse_config(self._text(CONFIG) if text is None else text, _read(user)).config

    def papers(self) -> Mapping[str, str]:
        """The texts of configuration, prompts and templates by path, at most 200 of each kind."""
        found = (path for pattern in _PAPERS for path in self.files.expand(pattern))
        return {path: self._text(path) for path in found}

    def prompts(self) -> Mapping[str, str]:
        """Prompts by name, the bundled ones among them, with what they extend ("" for none)."""
        from chant_ls.engine.templates import parents

        return parents(self.files)

    def tracked(self, paths: Iterable[str]) -> Mapping[str, bool | None]:
        """Which of these files git tracks, told by its index: no process starts. Nothing is known
        of a project that is not trusted: its git folder may be anywhere."""
        from chant_ls.host import git_index

        return git_index.tracked(self.root, paths) if self.trusted else {}

    def foreign(self, snapshot: "Snapshot") -> "Mapping[str, Status | None]":
        """How the specs of other repositories stand that some of `snapshot` wait for. Nothing is
        known of a project that is not trusted: its configuration may name any folder."""
        from chant_ls.engine import abroad

        return abroad.statuses(snapshot, self._elsewhere) if self.trusted else {}

    def _elsewhere(self, path: str) -> "App | None":
        root = (self.root / Path(path).expanduser()).resolve()
        return App(root, self.env) if (root / ".chant").is_dir() else None

    def lookup(self, entries: Iterable[str]) -> "Mapping[str, PathFact]":
        """What entries of path fields are on disk."""
        return {entry: self.files.fact(entry) for entry in entries}

    def names(self, folder: str) -> tuple[str, ...]:
        """What lies in a folder below the root, folders with a final `/`: for completion."""
        return self.files.names(folder)

    @cached_property
    def run_store(self) -> "DiskRunStore":
        """Records, journals and logs; without git an empty one that cannot be written."""
        from chant_ls.host.run_store import DiskRunStore

        return DiskRunStore(roots.state_folder(self.root))

    @cached_property
    def consents(self) -> "DiskConsents":
        """Commands of this project that the user agreed to run from an editor."""
        from chant_ls.host.consents import DiskConsents

        return DiskConsents(self.root, self.env)

    @property
    def engine(self) -> "Engine":
        """The execution core with the configuration of this moment; git and processes are imported
        here, not before. Costs little to build: a long-lived server asks for it anew each time."""
        from chant_ls.engine.engine import Engine
        from chant_ls.host import folders
        from chant_ls.host.launch import SupervisorLauncher
        from chant_ls.host.processes import SystemProcesses

        config = self.config()
        return Engine(
            root=self.root,
            config=config,
            git=self._repo(),
            specs=self._specs,
            files=self.files,
            runs=self.run_store,
            processes=SystemProcesses(),
            clock=self._clock,
            launcher=SupervisorLauncher(self.root, self.run_store, self.env),
            load=self.load,
            env=self.env,
            worktrees=folders.worktrees(self.root, config.worktrees_dir, self.env),
        )

    def _repo(self) -> "GitRepo":
        """Outside of any repository one that fails at every call, with git's own words."""
        from chant_ls.host.git import GitRepo, open_repo

        none = self.root / ".git"
        return open_repo(self.root, self.env) or GitRepo(self.root, none, none, "", self.env)

    @cached_property
    def files(self) -> "DiskFiles":
        from chant_ls.host.files import DiskFiles

        return DiskFiles(self.root)

    @cached_property
    def _specs(self) -> "DiskSpecStore":
        from chant_ls.host.spec_store import DiskSpecStore

        return DiskSpecStore(self.root)

    @property
    def _clock(self) -> "SystemClock":
        from chant_ls.host.clock import SystemClock

        return SystemClock()

    def _text(self, path: str) -> str:
        data = self.files.read(path, _LARGEST_CONFIG) or b""
        return data.decode("utf-8", errors="replace")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
