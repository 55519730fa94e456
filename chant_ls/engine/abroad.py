"""Specs of other repositories that ours wait for (`repo:id`): how they stand there; only read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from chant_ls.analysis.graph import Relation
from chant_ls.analysis.ids import Ids
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.standing import is_unmerged, standing
from chant_ls.engine.ports import FileStat
from chant_ls.model.runs import RunInfo
from chant_ls.model.spec import SpecId, Status, valid_id


class Elsewhere(Protocol):
    """The project of another repository."""

    def stats(self) -> tuple[FileStat, ...]: ...
    def read(self, path: str) -> SpecFile | None: ...
    def runs(self) -> Mapping[SpecId, RunInfo]: ...


Open = Callable[[str], Elsewhere | None]
"""The project in the folder that the configuration names, None where there is none."""


def statuses(snapshot: Snapshot, open: Open) -> dict[str, Status | None]:
    """By `repo:id`, for all that are waited for and whose repository is configured; None where
    there is no such spec. What is completed and not merged counts as under way."""
    found: dict[str, Status | None] = {}
    for repo, texts in _wanted(snapshot).items():
        there = open(snapshot.config.repos[repo])
        told = _told(there, texts) if there else dict.fromkeys(texts)
        found |= {f"{repo}:{text}": status for text, status in told.items()}
    return found


def _wanted(snapshot: Snapshot) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for text in snapshot.graph.texts(Relation.DEPENDS):
        repo, colon, id = text.partition(":")
        if colon and repo in snapshot.config.repos:
            found[repo].append(id)
    return found


def _told(there: Elsewhere, texts: Iterable[str]) -> dict[str, Status | None]:
    paths = {id: stat.path for stat in there.stats() if (id := _id_of(stat.path)) is not None}
    ids, runs = Ids(paths), there.runs()
    found: dict[str, Status | None] = {}
    for text in texts:
        meant = ids.matches(text)
        files = _family(there, paths, ids, meant[0]) if len(meant) == 1 else ()
        known = Snapshot(complete=True, runs=runs).with_files(files)
        found[text] = _status(known, meant[0]) if len(meant) == 1 else None
    return found


def _id_of(path: str) -> SpecId | None:
    """Paths come in order, so that an active spec replaces an archived one."""
    return valid_id(path.rpartition("/")[2].removesuffix(".md"))


def _family(
    there: Elsewhere, paths: Mapping[SpecId, str], ids: Ids, id: SpecId
) -> Iterator[SpecFile]:
    """The spec, and all whose state decides about it: its members and theirs."""
    todo = {id, *(one for one in paths if one.startswith(f"{id}."))}
    seen: set[SpecId] = set()
    while todo:
        seen.add(one := todo.pop())
        if (file := there.read(paths[one])) is not None:
            yield file
            named = (ids.matches(text) for text in file.facts.members)
            todo |= {found[0] for found in named if len(found) == 1} - seen


def _status(snapshot: Snapshot, id: SpecId) -> Status | None:
    status = standing(snapshot, id)
    return Status.IN_PROGRESS if status and is_unmerged(snapshot, id) else status
