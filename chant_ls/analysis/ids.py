"""A set of ids and the search in it: exact, by ending, by today's sequence, by any part."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from heapq import nlargest
from itertools import islice

from chant_ls.model.likeness import alike
from chant_ls.model.spec import SpecId, natural_key, parent_id

MOST_CANDIDATES = 100
"""An ambiguous text lists at most this many ids."""

_NEAREST = 3
_SMALL = 300
_LIKELY = 60
_COMPARED = 16
"""So many ids are compared letter by letter, which costs a tenth of a millisecond each."""


class Ids:
    """Immutable. Its search text and its answers are built when first asked for."""

    def __init__(self, ids: Iterable[SpecId] = (), ordered: tuple[SpecId, ...] | None = None):
        self.all = frozenset(ids)
        self._answers: dict[str, tuple[SpecId, ...]] = {}
        self._nearest: dict[str, tuple[SpecId, ...]] = {}
        if ordered is not None:
            self.__dict__["ordered"] = ordered

    def __contains__(self, id: str) -> bool:
        return id in self.all

    @cached_property
    def ordered(self) -> tuple[SpecId, ...]:
        """In natural order."""
        return tuple(sorted(self.all, key=natural_key))

    @cached_property
    def _text(self) -> str:
        return "\n" + "".join(f"{id}\n" for id in self.ordered)

    def prepare(self) -> None:
        """Makes the search text now instead of under the first search."""
        _ = self._text

    def replaced(self, gone: set[SpecId], new: set[SpecId]) -> "Ids":
        """This very object where nothing changes; few changes keep the order without sorting."""
        if not gone and not new:
            return self
        every = (self.all - gone) | new
        known: tuple[SpecId, ...] | None = self.__dict__.get("ordered")
        if known is None or len(gone) + len(new) > _LIKELY:
            return Ids(every)
        return Ids(every, _reordered(known, gone, new - self.all))

    def differing(self, other: "Ids") -> frozenset[SpecId]:
        """The ids that only one of the two has."""
        return frozenset() if self is other else self.all ^ other.all

    def matches(self, text: str) -> tuple[SpecId, ...]:
        """The ids that `text` may mean: the exact one, the one that ends so, or all with it."""
        if text in self.all:
            return (SpecId(text),)
        if not text or "\n" in text:
            return ()
        if text not in self._answers:
            self._answers[text] = self._search(text)
        return self._answers[text]

    def of_today(self, text: str, today: str) -> tuple[SpecId, ...]:
        """The specs written on day `today` (ISO 8601) with sequence `text`."""
        return tuple(islice(self._holding(f"\n{today}-{text}-"), 2))

    def ending(self, text: str) -> tuple[SpecId, ...]:
        """At most two ids that end with `text`."""
        return tuple(islice(self._holding(f"{text}\n"), 2))

    def _search(self, text: str) -> tuple[SpecId, ...]:
        ending = self.ending(text)
        if len(ending) == 1:
            return ending
        return tuple(islice(self._holding(text), MOST_CANDIDATES))

    def _holding(self, needle: str) -> Iterator[SpecId]:
        """Ids with the needle, newline for their ends; no member whose driver has it as well."""
        for id in self._lines(needle):
            if not any(needle in f"\n{up}\n" for up in self._drivers(id)):
                yield id

    def _drivers(self, id: SpecId) -> Iterator[SpecId]:
        up = parent_id(id)
        while up is not None:
            if up in self.all:
                yield up
            up = parent_id(up)

    def _lines(self, needle: str) -> Iterator[SpecId]:
        text, at = self._text, 0
        while (found := text.find(needle, at)) >= 0:
            inside = found + needle.startswith("\n")
            start = text.rfind("\n", 0, inside) + 1
            at = text.find("\n", inside)
            yield SpecId(text[start:at])

    def nearest(self, text: str) -> tuple[SpecId, ...]:
        """At most three ids that look like `text`, best first. Never compares with all of many."""
        if text not in self._nearest:
            likely = sorted(self._likely(text))
            if len(likely) > _COMPARED:
                likely = nlargest(_COMPARED, likely, key=partial(_common_ends, text))
            found = alike(text, likely, _NEAREST)
            self._nearest[text] = tuple(SpecId(id) for id in found)
        return self._nearest[text]

    def _likely(self, text: str) -> set[SpecId]:
        """Ids that share a half or a third with `text`: two typing errors leave one whole."""
        if len(self.all) <= _SMALL:
            return set(self.all)
        half, third = len(text) // 2, len(text) // 3
        pieces = (text[:-2], text[2:], text[:half], text[half:], text[third : 2 * third])
        whole = [piece for piece in pieces if len(piece) > 2 and "\n" not in piece]
        return {id for piece in whole for id in islice(self._lines(piece), _LIKELY)}


def _common_ends(one: str, other: str) -> int:
    """How many characters the two begin and end with in common."""
    return sum(
        next((n for n, (a, b) in enumerate(pairs) if a != b), len(one))
        for pairs in (zip(one, other, strict=False), zip(one[::-1], other[::-1], strict=False))
    )


def _reordered(
    known: tuple[SpecId, ...], gone: set[SpecId], new: set[SpecId]
) -> tuple[SpecId, ...]:
    ids = list(known)
    for id in gone - new:
        del ids[bisect_left(ids, natural_key(id), key=natural_key)]
    for id in new:
        insort(ids, id, key=natural_key)
    return tuple(ids)
