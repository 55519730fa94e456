"""A change tried before it is offered: the project as it would be."""

from collections.abc import Iterable

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Change, CreateFile
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.text import apply

Edge = tuple[SpecId, SpecId]
"""Who waits, and for whom."""


def after(snapshot: Snapshot, change: Change) -> Snapshot:
    """With the edited and the new files of the change; files that it renames stay."""
    edited = [
        file._replace(text=apply(file.text, edits))
        for path, edits in change.edits.items()
        if (file := snapshot.files.get(path)) is not None
    ]
    made = [_new(file) for file in change.files if isinstance(file, CreateFile)]
    return snapshot.with_files([_read(file) for file in edited] + made)


def circular(snapshot: Snapshot, edges: Iterable[Edge]) -> frozenset[Edge]:
    """Those of the edges that lie on a cycle."""
    cycles = snapshot.graph.cycles
    return frozenset(edge for edge in edges if cycles.through(*edge) is not None)


def _new(file: CreateFile) -> SpecFile:
    id = SpecId(file.path.rpartition("/")[2].removesuffix(".md"))
    return SpecFile(file.path, file.text, parse(file.text, id).facts)


def _read(file: SpecFile) -> SpecFile:
    document = file.document
    return file._replace(facts=document.facts) if document.trustworthy else file
