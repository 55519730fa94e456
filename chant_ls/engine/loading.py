"""A project as it is on disk, made into a Snapshot. Starts no process."""

from collections.abc import Callable, Iterable, Mapping

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine.ports import SpecStore
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.paths import path_key
from chant_ls.model.runs import LIVE_STATES, RunInfo
from chant_ls.model.spec import Facts, SpecId, looks_dated, valid_id
from chant_ls.syntax.document import parse
from chant_ls.syntax.scan import scan


def spec_id(path: str, text: str) -> SpecId | None:
    """The id of a file below `.chant`, None where it is no spec: neither frontmatter nor a dated
    name, or a name that git could not hold."""
    stem = path.rpartition("/")[2].removesuffix(".md")
    if not (looks_dated(stem) or text.removeprefix("\ufeff").startswith("---")):
        return None
    return valid_id(stem)


def facts_of(text: str, id: SpecId) -> Facts:
    return scan(text, id) or parse(text, id).facts


def spec_file(path: str, text: str) -> SpecFile | None:
    id = spec_id(path, text)
    if id is None:
        return None
    return SpecFile(path, text, facts_of(text, id), path.startswith(".chant/archive/"))


def spec_files(specs: SpecStore, paths: Iterable[str]) -> Iterable[SpecFile]:
    for path, data in specs.read_all(paths):
        file = spec_file(path, data.decode("utf-8", errors="surrogateescape"))
        if file:
            yield file


def infos(
    records: Mapping[SpecId, RunRecord], alive: Callable[[ProcessId], bool]
) -> dict[SpecId, RunInfo]:
    """What readers see of the newest runs; only live states are asked for their process."""
    return {
        id: record.info(record.state in LIVE_STATES and alive(record.supervisor))
        for id, record in records.items()
    }


def wanted_paths(snapshot: Snapshot) -> frozenset[str]:
    """The keys of path entries that must be looked up on disk: those that name no spec."""
    facts = (file.facts for file in snapshot.files.values() if not file.archived)
    entries = {text for one in facts for text in (*one.informed_by, *one.reads)}
    keys = set(map(path_key, entries)) - {""}
    return frozenset(key for key in keys if key not in snapshot.graph)
