"""What happens on disk, seen from a thread of its own: the first index, then only differences."""

import gc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from chant_ls.analysis import search
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.lsp.project import DiskChange

if TYPE_CHECKING:
    from chant_ls.app import App
    from chant_ls.engine.ports import FileStat

COLLECT_AFTER = 50_000
"""Objects. A collection walks through the large mappings of the newest snapshot: not under every
key. What a key leaves behind is freed without one."""


IN_TURN = 50
"""Path entries that a look asks the disk about, beside those of open files."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The folder listing that the last look compared with, and how many path entries of closed
    files were looked up again so far."""

    stats: "Mapping[str, FileStat]" = field(default_factory=dict)
    entries: int = 0


def index(app: "App") -> tuple[Snapshot, Seen]:
    """The whole project. Listed before it is read: what changes meanwhile is seen by `look`.

    It stays as long as the server does, so no collection of garbage need ever look at it; the
    order of who waits for whom is made here, not under the first key.
    """
    seen = _list(app)
    snapshot = app.load()
    snapshot.graph.prepare()
    search.prepare(snapshot.graph)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    return snapshot, seen


def look(
    app: "App",
    before: Seen,
    snapshot: Snapshot,
    open_paths: Iterable[str] = (),
    config: str | None = None,
) -> tuple[DiskChange, Seen]:
    """What may have changed since `before`; starts no process. What the path entries of these open
    files are is looked up again, with some of the others in turn, and whether git tracks private
    ones. `config`: see `papers`."""
    now = replace(_list(app), entries=before.entries + IN_TURN)
    touched = [path for path, stat in now.stats.items() if before.stats.get(path) != stat]
    files: dict[str, SpecFile | None] = {path: app.read(path) for path in touched}
    files |= dict.fromkeys(before.stats.keys() - now.stats.keys())
    change = replace(
        papers(app, config),
        files=files,
        runs=app.runs(),
        paths=app.lookup(wanted(snapshot, open_paths) | _in_turn(snapshot, before.entries)),
        tracked=app.tracked(snapshot.private),
        foreign=app.foreign(snapshot),
        today=date.today().isoformat(),
    )
    return change, now


def _in_turn(snapshot: Snapshot, begin: int) -> frozenset[str]:
    """Path entries that have their turn now. Patterns have none: each is a walk."""
    known = list(snapshot.paths)
    begin %= max(len(known), 1)
    return frozenset(one for one in known[begin : begin + IN_TURN] if not set(one) & set("*?["))


def papers(app: "App", config: str | None = None) -> DiskChange:
    """The files beside the specs. `config` is the text of the project's configuration in an editor,
    None where none has it open."""
    return DiskChange(config=app.config(config), prompts=app.prompts(), papers=app.papers())


def wanted(snapshot: Snapshot, paths: Iterable[str]) -> frozenset[str]:
    """The path entries of these files."""
    from chant_ls.analysis.paths import wanted_paths

    files = [snapshot.files[path] for path in paths if path in snapshot.files]
    return frozenset(entry for file in files for entry in wanted_paths(file))


def _list(app: "App") -> Seen:
    return Seen({stat.path: stat for stat in app.stats()})
