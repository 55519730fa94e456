"""Files that documents name: what is asked of the disk, and where an entry leads."""

from collections.abc import Iterator
from itertools import chain, islice

from chant_ls.analysis.graph import Relation
from chant_ls.analysis.place import Value, scalar_values
from chant_ls.analysis.snapshot import PathKind, Snapshot, SpecFile
from chant_ls.model.fields import Holds
from chant_ls.model.paths import path_key
from chant_ls.model.spec import SpecId

PATH_HOLDS = frozenset({Holds.PATH, Holds.SPEC_OR_PATH})
MOST_LOOKED_UP = 500
"""So many entries and links of one document are looked up."""

_NAMING = (Relation.TARGET, Relation.INFORMED, Relation.READS)


def wanted_paths(file: SpecFile) -> frozenset[str]:
    """The keys that `Snapshot.paths` should answer for an open document: entries of path fields,
    ids of specs among them (a file of that name may exist too), and links of the body."""
    keys = chain(map(path_key, _entries(file)), _linked(file))
    return frozenset(islice((key for key in keys if key), MOST_LOOKED_UP))


def _entries(file: SpecFile) -> Iterator[str]:
    return (value.text for value in path_values(file))


def path_values(file: SpecFile) -> Iterator[Value]:
    """The entries that may be paths."""
    front = file.document.frontmatter
    for value in scalar_values(front.mapping, file.text) if front else ():
        if value.field is not None and value.field.holds in PATH_HOLDS and value.text:
            yield value


def _linked(file: SpecFile) -> Iterator[str]:
    for link in file.document.body.links:
        yield from link_keys(file.path, link.target)


def link_keys(source: str, target: str) -> tuple[str, ...]:
    """Where a Markdown link may lead: beside its file, else from the root."""
    if ":" in target or target.startswith(("/", "#")):
        return ()
    beside = _joined([*source.split("/")[:-1], *path_key(target).split("/")])
    return tuple(
        dict.fromkeys(key for key in (beside, _joined(path_key(target).split("/"))) if key)
    )


def _joined(parts: list[str]) -> str:
    """ "" where it leaves the root."""
    found: list[str] = []
    for part in parts:
        if part == "..":
            if not found:
                return ""
            found.pop()
        elif part not in ("", "."):
            found.append(part)
    return "/".join(found)


def link_path(snapshot: Snapshot, source: str, target: str) -> str:
    """The file that a Markdown link leads to, "" where it is none."""
    return next((key for key in link_keys(source, target) if is_file(snapshot, key)), "")


def file_named(snapshot: Snapshot, text: str) -> str:
    """The file that an entry names, "" where it is none."""
    key = path_key(text)
    return key if key and is_file(snapshot, key) else ""


def is_file(snapshot: Snapshot, path: str) -> bool:
    fact = snapshot.paths.get(path)
    return path in snapshot.files or (fact is not None and fact.kind is PathKind.FILE)


def naming_path(snapshot: Snapshot, key: str) -> frozenset[SpecId]:
    """The specs whose entries name that file or folder, or a section of it."""
    graph = snapshot.graph
    return frozenset().union(
        *(
            graph.named_by(relation, text)
            for relation in _NAMING
            for text in graph.texts(relation)
            if key in text and path_key(text) == key
        )
    )
