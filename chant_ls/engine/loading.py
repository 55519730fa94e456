"""A project as it is on disk, made into a Snapshot. Starts no process."""

from collections.abc import Callable, Iterable, Mapping

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine.ports import SpecStore
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.paths import path_key
from chant_ls.model.runs import LIVE_STATES, RunInfo, RunState
from chant_ls.model.spec import Facts, SpecId, Status, looks_dated, valid_id
from chant_ls.syntax.document import parse
from chant_ls.syntax.scan import scan
from chant_ls.syntax.slots import texts


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
    records: Mapping[SpecId, RunRecord],
    alive: Callable[[ProcessId], bool],
    landed: Callable[[RunRecord], bool] = lambda record: False,
) -> dict[SpecId, RunInfo]:
    """What readers see of the newest runs; only live states are asked for their process, only
    completed ones for whether somebody merged their work without us."""
    return {id: _info(record, alive, landed) for id, record in records.items()}


def with_conflict(runs: dict[SpecId, RunInfo], merge: object) -> dict[SpecId, RunInfo]:
    """`merge` is what is kept of the merge that waits at a conflict (engine/merge_state.py)."""
    told = merge if isinstance(merge, Mapping) else {}
    spec, folder = SpecId(str(told.get("spec", ""))), str(told.get("folder", ""))
    run = runs.get(spec)
    if run is None or not told.get("paths") or run.run != told.get("run"):
        return runs
    return {**runs, spec: run._replace(conflict=folder)}


def _info(
    record: RunRecord, alive: Callable[[ProcessId], bool], landed: Callable[[RunRecord], bool]
) -> RunInfo:
    told = record.info(record.state in LIVE_STATES and alive(record.supervisor))
    merged = record.state is RunState.COMPLETED and not record.wants_merge and landed(record)
    return told._replace(state=RunState.MERGED) if merged else told


def tells_of(data: bytes, record: RunRecord) -> bool:
    """Whether a spec's file, as it stands in the target, holds the result of this very run."""
    if not record.completed_at:
        return False
    text = data.decode("utf-8", errors="surrogateescape")
    if record.completed_at not in text:
        return False
    document = parse(text, record.spec)
    told = texts(document, "completed_at")
    return document.facts.status is Status.COMPLETED and told == (record.completed_at,)


def wanted_paths(snapshot: Snapshot) -> frozenset[str]:
    """The keys of path entries that must be looked up on disk: those that name no spec."""
    facts = (file.facts for file in snapshot.files.values() if not file.archived)
    entries = {text for one in facts for text in (*one.informed_by, *one.reads)}
    keys = set(map(path_key, entries)) - {""}
    return frozenset(key for key in keys if key not in snapshot.graph)
