"""What the graph is made of: the files of each id, and indexes of what specs can be found by."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from chant_ls.analysis.ids import Ids
from chant_ls.analysis.layered import changed
from chant_ls.model.spec import Facts, SpecId, parent_id


class SpecLike(Protocol):
    """What the graph needs to know of a spec's file."""

    @property
    def path(self) -> str: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def archived(self) -> bool: ...


class Relation(StrEnum):
    """What a spec can be found by. References are kept as written, missing ones too."""

    DEPENDS = "depends"
    MEMBERS = "members"
    INFORMED = "informed"
    DRIVER = "driver"
    LABEL = "label"
    TARGET = "target"
    READS = "reads"


def _driver_key(facts: Facts) -> tuple[str, ...]:
    above = parent_id(facts.id)
    return () if above is None else (above,)


_Keys = Callable[[Facts], tuple[str, ...]]
KEYS: dict[Relation, _Keys] = {
    Relation.DEPENDS: lambda facts: facts.depends_on or (),
    Relation.MEMBERS: lambda facts: facts.members,
    Relation.INFORMED: lambda facts: facts.informed_by,
    Relation.DRIVER: _driver_key,
    Relation.LABEL: lambda facts: facts.labels,
    Relation.TARGET: lambda facts: facts.target_files,
    Relation.READS: lambda facts: facts.reads,
}

Index = Mapping[str, frozenset[SpecId]]
_NONE: frozenset[SpecId] = frozenset()


class Place(NamedTuple):
    """One file of an id; places sort by precedence: active before archived, then by path."""

    archived: bool
    path: str
    facts: Facts


NOWHERE = Place(False, "", Facts(SpecId("")))

Places = Mapping[SpecId, tuple[Place, ...]]


def by_precedence(places: Iterable[Place]) -> tuple[Place, ...]:
    found = tuple(places)
    return found if len(found) < 2 else tuple(sorted(found, key=lambda place: place[:2]))


def is_active(places: tuple[Place, ...]) -> bool:
    return bool(places) and not places[0].archived


def what_waits(places: tuple[Place, ...]) -> tuple[object, ...] | None:
    """What of a spec decides who waits for whom."""
    if not places:
        return None
    facts = places[0].facts
    return places[0].archived, facts.depends_on, facts.members


def renamed(
    ids: Ids, before: Places, after: Places, there: Callable[[tuple[Place, ...]], bool]
) -> Ids:
    gone = {id for id in after if there(before[id]) and not there(after[id])}
    new = {id for id in after if there(after[id]) and not there(before[id])}
    return ids.replaced(gone, new)


def redoubled(
    duplicates: Mapping[SpecId, tuple[str, ...]], after: Places
) -> Mapping[SpecId, tuple[str, ...]]:
    """Ids that live in several files, with their paths."""
    kept = {id: paths for id, paths in duplicates.items() if id not in after}
    several = {id: tuple(p.path for p in found) for id, found in after.items() if len(found) > 1}
    return {**kept, **several} if kept != duplicates or several else duplicates


def keys_of(keys: _Keys, places: Places) -> frozenset[str]:
    """By what the specs of these places can be found."""
    return frozenset(key for found in places.values() if found for key in keys(found[0].facts))


def loosened(
    loose: frozenset[str], index: Index, places: Places, touched: frozenset[str]
) -> frozenset[str]:
    """The keys of the index that are no ids, where only the touched texts came or went as keys or
    as ids; itself where it stays the same."""
    now = frozenset(text for text in touched if text in index and text not in places)
    return loose if now == loose & touched else (loose - touched) | now


def reindexed(index: Index, keys: _Keys, before: Places, after: Places) -> Index:
    """The index with the keys of changed specs moved; itself where none moved."""
    gone, come = defaultdict[str, set[SpecId]](set), defaultdict[str, set[SpecId]](set)
    for id, now in after.items():
        was = before[id]
        old, new = keys(was[0].facts) if was else (), keys(now[0].facts) if now else ()
        if old != new:
            lost, fresh = (set(old) - set(new), set(new) - set(old)) if old else ((), new)
            for key in lost:
                gone[key].add(id)
            for key in fresh:
                come[key].add(id)
    return _merged(index, gone, come) if gone or come else index


def _merged(
    index: Index, gone: Mapping[str, set[SpecId]], come: Mapping[str, set[SpecId]]
) -> Index:
    found = {
        key: (index.get(key, _NONE) - gone.get(key, _NONE)) | come.get(key, _NONE)
        for key in gone.keys() | come.keys()
    }
    return changed(index, found, [key for key, ids in found.items() if not ids])
