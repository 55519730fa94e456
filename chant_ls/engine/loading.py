"""A project as it is on disk, made into a Snapshot. Starts no process."""

from collections.abc import Callable, Iterable, Mapping

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine.ports import SpecStore
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.fields import FIELDS
from chant_ls.model.runs import LIVE_STATES, RunInfo
from chant_ls.model.spec import Facts, SpecId, looks_dated, valid_id
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Node, Scalar, Sequence
from chant_ls.syntax.scan import scan

_PATH_FIELDS = tuple(
    row.name for row in FIELDS if row.must_exist and row.name != "informed_by" and not row.machine
)
_PATH_KEYS = tuple(f"\n{name}:" for name in _PATH_FIELDS)


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
    """Entries of path fields that must be looked up on disk: those that name no spec."""
    wanted: set[str] = set()
    for file in snapshot.files.values():
        if not file.archived:
            wanted.update(_entries(file))
    return frozenset(entry for entry in wanted if snapshot.graph.path_of(entry) is None)


def _entries(file: SpecFile) -> Iterable[str]:
    """Only what the facts do not hold costs a parse."""
    yield from file.facts.informed_by
    text, end = file.text, file.text.find("\n---\n", 3)
    front = text[:end] if end > 0 else text
    if any(key in front for key in _PATH_KEYS):
        for name in _PATH_FIELDS:
            entry = file.document.entry(name)
            yield from () if entry is None else texts(entry.value)


def texts(node: Node) -> tuple[str, ...]:
    """A list of scalars, or one scalar, as texts."""
    if isinstance(node, Sequence):
        return tuple(item.text for item in node.items if isinstance(item, Scalar))
    return (node.text,) if isinstance(node, Scalar) and not node.null else ()
