"""An immutable picture of a project: all specs, run records and configuration at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from chant_ls.analysis.graph import Graph
from chant_ls.analysis.layered import changed
from chant_ls.model.config import Config
from chant_ls.model.paths import path_key
from chant_ls.model.runs import RunInfo, overlaid
from chant_ls.model.spec import Facts, SpecId, Status
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document


class PathKind(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    GLOB = "glob"
    NOTHING = "nothing"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class PathFact:
    """What an entry of a path field is on disk. `count`: files that a folder or glob matches."""

    kind: PathKind
    count: int = 0


class SpecFile(NamedTuple):
    """One spec as it stands, on disk or in an editor's buffer (`open`).

    `facts` are the last good ones: broken YAML does not change them. `path` is relative to the
    project's root, `/` between. `tracked` is whether git tracks the file, None where unknown.
    """

    path: str
    text: str
    facts: Facts
    archived: bool = False
    open: bool = False
    tracked: bool | None = None

    @property
    def document(self) -> Document:
        """Parsed now, or lately: parsing is cached by text, not kept for every closed file."""
        return parse(self.text, self.facts.id)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Built only by its `with_…` and `without` methods; each costs what it changes.

    `paths` answers path entries by their `path_key`; one that is absent has not been looked up yet.
    `complete` is whether the first index has finished: no `unknown-…` diagnostics before that.
    `today` is the local date, ISO 8601. `tools` are the providers known by name (contract 4).
    `foreign` is the status of specs in configured repositories, by `repo:id`; one that is not
    merged is not told as completed, None stands for one that is not there. `memo` keeps answers
    of this very snapshot.
    """

    files: Mapping[str, SpecFile] = field(default_factory=dict)
    graph: Graph = field(default_factory=Graph)
    runs: Mapping[SpecId, RunInfo] = field(default_factory=dict)
    config: Config = field(default_factory=Config)
    prompts: Mapping[str, str] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()
    paths: Mapping[str, PathFact] = field(default_factory=dict)
    foreign: Mapping[str, Status | None] = field(default_factory=dict)
    complete: bool = False
    today: str = ""
    memo: dict[tuple[str, str], object] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    def with_file(self, file: SpecFile) -> "Snapshot":
        """This snapshot with the file added or replaced. Same facts: the same graph object."""
        return self.with_files([file])

    def with_files(self, files: Iterable[SpecFile]) -> "Snapshot":
        news = {file.path: file for file in files}
        old = [self.files[path] for path in news if path in self.files]
        graph = self.graph.replaced(old, news.values())
        return replace(self, files=changed(self.files, news), graph=graph)

    def without(self, paths: Iterable[str]) -> "Snapshot":
        gone = {path: self.files[path] for path in paths if path in self.files}
        graph = self.graph.replaced(gone.values(), ())
        return replace(self, files=changed(self.files, {}, gone), graph=graph)

    def with_runs(self, runs: Mapping[SpecId, RunInfo]) -> "Snapshot":
        """This snapshot with all run records replaced; itself where they are the same."""
        return self if runs == self.runs else replace(self, runs=runs)

    def with_run(self, info: RunInfo) -> "Snapshot":
        return self.with_runs({**self.runs, info.spec: info})

    def with_config(self, config: Config) -> "Snapshot":
        return self if config == self.config else replace(self, config=config)

    def with_paths(self, paths: Mapping[str, PathFact]) -> "Snapshot":
        """This snapshot knowing more paths; what was known of others stays."""
        return replace(self, paths=changed(self.paths, paths))

    def with_foreign(self, foreign: Mapping[str, Status | None]) -> "Snapshot":
        return self if foreign == self.foreign else replace(self, foreign=foreign)

    @property
    def private(self) -> tuple[str, ...]:
        """Files of private specs, by their path."""
        return tuple(path for path, file in self.files.items() if file.facts.private)

    def with_tracked(self, tracked: Mapping[str, bool | None]) -> "Snapshot":
        """This snapshot knowing which of these files git tracks; itself where that is no news."""
        files = ((self.files.get(path), told) for path, told in tracked.items())
        news = [f._replace(tracked=told) for f, told in files if f and f.tracked is not told]
        return self.with_files(news) if news else self

    def path_fact(self, entry: str) -> PathFact | None:
        """What an entry is on disk, None where that was not looked up."""
        return self.paths.get(path_key(entry))

    def find(self, id: str) -> SpecFile | None:
        """The spec of exactly that id; an active one before an archived one."""
        path = self.graph.path_of(id)
        return None if path is None else self.files[path]

    def facts(self, id: str) -> Facts | None:
        return self.graph.facts_of(id)

    def run(self, id: str) -> RunInfo | None:
        return self.runs.get(SpecId(id))

    def status(self, id: str) -> Status | None:
        """Stored status overlaid by the run record; `readiness` tells ready from blocked."""
        facts = self.facts(id)
        return None if facts is None else overlaid(facts.status, self.run(id))
