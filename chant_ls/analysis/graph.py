"""How specs name each other: an immutable index that shares what a change leaves alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from chant_ls.analysis import order
from chant_ls.analysis.cycles import Cycles, Known
from chant_ls.analysis.ids import Ids
from chant_ls.analysis.index import (
    KEYS,
    NOWHERE,
    Index,
    Place,
    Places,
    Relation,
    SpecLike,
    by_precedence,
    is_active,
    keys_of,
    loosened,
    redoubled,
    reindexed,
    renamed,
    what_waits,
)
from chant_ls.analysis.layered import changed
from chant_ls.analysis.types import Ambiguous, Missing, Resolution, Resolved
from chant_ls.model.spec import Facts, SpecId, parent_id

_FEW = 20
"""After more specs came or went at once, what was known of cycles is found anew."""

_MOST_EDITED = 50
_NOTHING: frozenset[SpecId] = frozenset()


__all__ = ["Graph", "Relation", "SpecLike", "picked"]


class Origin:
    """Stands for the graphs that were made from one by few changes."""


class Graph:
    """Immutable; made by `replaced` only. A change walks over no specs."""

    def __init__(
        self,
        places: Places | None = None,
        indexes: Mapping[Relation, Index] | None = None,
        active: Ids | None = None,
        every: Ids | None = None,
        duplicates: Mapping[SpecId, tuple[str, ...]] | None = None,
    ):
        self._places = places or {}
        self._indexes = indexes or {relation: {} for relation in Relation}
        self.active = active or Ids()
        self.every = every or Ids()
        self.duplicates = duplicates or {}
        self._answers: dict[str, Resolution] = {}
        self._looses: dict[Relation, frozenset[str]] = {}
        self._shorts: dict[Relation, Mapping[SpecId, list[str]]] = {}
        self._below: dict[str, frozenset[SpecId]] = {}
        self._holders: dict[SpecId, frozenset[SpecId]] = {}
        self._outside: dict[str, tuple[SpecId, ...]] = {}
        self._circular: Known | None = None
        self._origin = Origin()
        self._edited: frozenset[SpecId] = frozenset()

    def replaced(self, old: Iterable[SpecLike], new: Iterable[SpecLike]) -> "Graph":
        """The graph without the old files, with the new ones; itself where no fact changes."""
        before, after = self._moved(old, new)
        if before == after:
            return self
        gone = [id for id, found in after.items() if not found]
        result = Graph(
            changed(self._places, after, gone),
            {r: reindexed(index, KEYS[r], before, after) for r, index in self._indexes.items()},
            renamed(self.active, before, after, is_active),
            renamed(self.every, before, after, bool),
            redoubled(self.duplicates, after),
        )
        if self._places:
            self._hand_on(result, before, after)
        return result

    def _hand_on(self, new: "Graph", before: Places, after: Places) -> None:
        """Gives what was found out already, as far as it still holds."""
        moved = self.active.differing(new.active) | self.every.differing(new.every)
        waiting = [id for id in after if what_waits(before[id]) != what_waits(after[id])]
        if len(after) <= _FEW:
            for relation, loose in self._looses.items():
                touched = moved.union(
                    keys_of(KEYS[relation], before), keys_of(KEYS[relation], after)
                )
                new._looses[relation] = loosened(
                    loose, new._indexes[relation], new._places, touched
                )
        if not moved:
            new._answers = self._answers
            for relation, found in self._shorts.items():
                if new._looses.get(relation) is self._looses[relation]:
                    new._shorts[relation] = found
        if not moved and len(edited := self._edited.union(after)) <= _MOST_EDITED:
            new._origin, new._edited = self._origin, edited
        if self._circular is not None and len(moved) <= _FEW:
            near = {one for graph in (self, new) for id in moved for one in graph._around(id)}
            near.update(waiting)
            near.update(one for graph in (self, new) for id in waiting for one in graph._next(id))
            families = [graph.below(id) for graph in (self, new) for id in near]
            changed = near.union(*families)
            new._circular = self._circular.after(changed) if changed else self._circular

    def _around(self, id: SpecId) -> Iterator[SpecId]:
        """The specs that may wait for others when the spec `id` comes or goes."""
        yield id
        yield from self._next(id)
        for relation in (Relation.DEPENDS, Relation.MEMBERS):
            for text in self.texts_within(relation, id):
                yield from self.named_by(relation, text)
        above = parent_id(id)
        if above is not None:
            yield above
            yield from self.named_by(Relation.DRIVER, above)

    def _moved(self, old: Iterable[SpecLike], new: Iterable[SpecLike]) -> tuple[Places, Places]:
        """The places of every id that the files touch, before and after."""
        left, come = list(old), list(new)
        touched = {file.facts.id for file in chain(left, come)}
        known = self._places
        before = {id: known.get(id, ()) for id in touched} if known else dict.fromkeys(touched, ())
        now = {id: {place.path: place for place in found} for id, found in before.items()}
        for file in left:
            now[file.facts.id].pop(file.path, None)
        for file in come:
            now[file.facts.id][file.path] = Place(file.archived, file.path, file.facts)
        return before, {id: by_precedence(found.values()) for id, found in now.items()}

    # ids and files

    @property
    def ids(self) -> tuple[SpecId, ...]:
        """All ids, archived ones among them, in natural order."""
        return self.every.ordered

    def __contains__(self, id: str) -> bool:
        return id in self._places

    def path_of(self, id: str) -> str | None:
        """The file that counts for the id: an active one before an archived one."""
        found = self._places.get(SpecId(id))
        return found[0].path if found else None

    def paths_of(self, id: str) -> tuple[str, ...]:
        """Every file of the id, the one that counts first."""
        return tuple(place.path for place in self._places.get(SpecId(id), ()))

    def facts_of(self, id: str) -> Facts | None:
        found = self._places.get(SpecId(id))
        return found[0].facts if found else None

    def archived(self, id: str) -> bool:
        """Whether the id is known and lies in the archive only."""
        return self._places.get(SpecId(id), (NOWHERE,))[0].archived

    @property
    def origin(self) -> Origin:
        """The same for graphs with the same ids that differ in few specs."""
        return self._origin

    @property
    def edited(self) -> frozenset[SpecId]:
        """The specs whose files or facts may not be those of the first graph of the origin."""
        return self._edited

    # references

    def resolve(self, text: str) -> Resolution:
        """What a stored reference means: active specs first, then the archive too."""
        if text not in self._answers:
            self._answers[text] = picked(self._matches(text), self.every, text)
        return self._answers[text]

    def target(self, text: str) -> SpecId | None:
        """The one spec that a stored reference means."""
        if text in self._places:
            return SpecId(text)
        found = self._matches(text)
        return found[0] if len(found) == 1 else None

    def _matches(self, text: str) -> tuple[SpecId, ...]:
        found = self.active.matches(text) if text not in self.every else ()
        return found or self.every.matches(text)

    def named_by(self, relation: Relation, text: str) -> frozenset[SpecId]:
        """The specs that hold exactly this text, be it the name of anything or not."""
        return self._indexes[relation].get(text, frozenset())

    def texts(self, relation: Relation) -> Iterable[str]:
        """All texts in use for the relation."""
        return self._indexes[relation].keys()

    def texts_within(self, relation: Relation, id: str) -> Iterator[str]:
        """The reference texts that could mean `id`: itself, and those that are no ids but parts
        of it."""
        if id in self._indexes[relation]:
            yield id
        yield from (text for text in self._loose(relation) if text in id and text != id)

    def dangling(self, relation: Relation) -> Iterator[SpecId]:
        """The specs with a reference that means no spec, or several."""
        for text in self._loose(relation):
            if self.target(text) is None:
                yield from self._indexes[relation][text]

    def circles_of(self, id: str) -> frozenset[SpecId]:
        """All specs that wait for the spec while it waits for them."""
        if any(self.cycles.through(id, other) for other in self.waits_for(id)):
            return self.cycles.circles[SpecId(id)]
        return frozenset()

    def naming(self, relation: Relation, id: str) -> frozenset[SpecId]:
        """The specs whose references, short ones too, mean the spec `id`."""
        index = self._indexes[relation]
        short = self._short(relation).get(SpecId(id)) if index else None
        exact = index.get(id, frozenset())
        return exact.union(*(index[text] for text in short)) if short else exact

    def _loose(self, relation: Relation) -> frozenset[str]:
        """The texts in use that are no ids themselves."""
        if relation not in self._looses:
            index = self._indexes[relation]
            self._looses[relation] = frozenset(index.keys() - self._places.keys())
        return self._looses[relation]

    def _short(self, relation: Relation) -> Mapping[SpecId, list[str]]:
        """The texts that are no ids themselves by the spec they mean."""
        if relation not in self._shorts:
            found = defaultdict[SpecId, list[str]](list)
            for text in self._loose(relation):
                if (target := self.target(text)) is not None:
                    found[target].append(text)
            self._shorts[relation] = dict(found)
        return self._shorts[relation]

    def dependencies(self, id: str) -> tuple[SpecId, ...]:
        """The specs in its `depends_on`, in its order; missing and ambiguous ones left out."""
        facts = self.facts_of(id)
        return self._targets(facts.depends_on or ()) if facts else ()

    def targeting(self, path: str) -> frozenset[SpecId]:
        """The specs with exactly this text among their target files."""
        return self.named_by(Relation.TARGET, path)

    def dependents(self, id: str) -> frozenset[SpecId]:
        return self.naming(Relation.DEPENDS, id)

    def members(self, id: str) -> tuple[SpecId, ...]:
        """Its `.N` files by number, then those of its `members` field in its order."""
        facts, numbered = self.facts_of(id), self.numbered(id)
        if facts is None or not (numbered or facts.members):
            return ()
        listed = (one for one in self._targets(facts.members) if one != id)
        return tuple(dict.fromkeys((*numbered, *listed)))

    def drivers(self, id: str) -> tuple[SpecId, ...]:
        """The specs it is a member of: by its name, then by their `members` field."""
        above, listed = parent_id(id), self.naming(Relation.MEMBERS, id)
        named = [above] if above is not None and above in self._places else []
        if not listed:
            return tuple(named)
        return tuple(dict.fromkeys([*named, *sorted(listed - {id})]))

    def above(self, id: str) -> frozenset[SpecId]:
        """Its drivers, their drivers and so on; itself only where drivers form a circle."""
        return order.closure(self.drivers(id), self.drivers)

    def below(self, id: str) -> frozenset[SpecId]:
        """Its members, their members and so on."""
        known = self._below.get(id)
        if known is not None or not (members := self.members(id)):
            return known or _NOTHING
        self._below[id] = found = order.closure(members, self.members)
        return found

    # the order of members

    def numbered(self, id: str) -> tuple[SpecId, ...]:
        """Its `.N` files by number, be the spec itself there or not."""
        below = self._indexes[Relation.DRIVER].get(id)
        return order.by_number(below) if below else ()

    def earlier_siblings(self, id: str) -> tuple[SpecId, ...]:
        """The `.N` files before it that it waits for: none where `depends_on` is there at all."""
        if not self._in_line(id):
            return ()
        return order.before(self.numbered(parent_id(id) or ""), id)

    def later_siblings(self, id: str) -> Iterator[SpecId]:
        """The `.N` files that wait for it by their number alone, nearest first."""
        behind = order.behind(self.numbered(parent_id(id) or ""), id)
        return (one for one in behind if self._in_line(one))

    def _in_line(self, id: str) -> bool:
        """Whether the spec waits for the siblings before it."""
        facts = self.facts_of(id) if "." in id else None
        return facts is not None and facts.depends_on is None and parent_id(id) is not None

    def _next(self, id: str) -> Iterator[SpecId]:
        """The sibling whose nearest siblings are others when this one joins the line or leaves."""
        return islice(self.later_siblings(id), 1)

    def _targets(self, texts: Iterable[str]) -> tuple[SpecId, ...]:
        found = [one for text in texts if (one := self.target(text)) is not None]
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    # waiting

    def outside_dependencies(self, id: str) -> tuple[SpecId, ...]:
        """What a spec depends on besides members of its own."""
        known = self._outside.get(id)
        if known is not None:
            return known
        named = self.dependencies(id)
        if not named or not (own := self.below(id)):
            return named
        self._outside[id] = found = tuple(one for one in named if one not in own)
        return found

    def holders(self, id: str) -> frozenset[SpecId]:
        """The drivers above it that depend on anything, and so may hold it up."""
        own, known = SpecId(id), self._holders
        if own not in known:
            found = order.gathered(own, self.drivers, self._depends, known)
            known.update(found or {own: frozenset(filter(self._depends, self.above(id)))})
        return known[own] - {own} if own in known[own] else known[own]

    def _depends(self, id: SpecId) -> bool:
        facts = self.facts_of(id)
        return facts is not None and bool(facts.depends_on)

    def inherited(self, id: str) -> tuple[tuple[SpecId, SpecId], ...]:
        """Pairs of a driver above and what that driver depends on outside its own members."""
        return tuple(
            (driver, one)
            for driver in sorted(self.holders(id))
            for one in self.outside_dependencies(driver)
        )

    def waits_for(self, id: str) -> tuple[SpecId, ...]:
        """All that can hold the spec up, whatever its status is now; nothing for an unknown id. Of
        earlier siblings only the nearest are told, for those wait for the others."""
        if id not in self._places:
            return ()
        members = self.members(id)
        if not members and "." not in id and not self.naming(Relation.MEMBERS, id):
            return self.dependencies(id)  # most specs: nobody's member, nobody's driver
        own = self.outside_dependencies(id)
        siblings = order.nearest(self.earlier_siblings(id), self._in_line)
        above = self.inherited(id)
        if not members and not siblings and not above:
            return own
        return tuple(dict.fromkeys(chain(own, members, siblings, (one for _, one in above))))

    def prepare(self) -> None:
        """Makes what the first questions would have to wait for: orders and search texts."""
        for ids in (self.active, self.every):
            ids.prepare()
        self.cycles.prepare()
        for relation in (Relation.DEPENDS, Relation.MEMBERS, Relation.INFORMED):
            self._short(relation)

    @property
    def cycles(self) -> Cycles:
        """Found when first asked for; kept as long as no spec waits for another than before."""
        if self._circular is None:
            self._circular = Known()
        return Cycles(self, self._circular)


def picked(found: tuple[SpecId, ...], ids: Ids, text: str) -> Resolution:
    """What a search means: one match, several, or none and what looks like it."""
    if len(found) == 1:
        return Resolved(found[0])
    return Ambiguous(found) if found else Missing(ids.nearest(text))
