"""Large mappings from which others are made by small changes, without a copy for each."""

from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

_SMALL = 500
"""A mapping with fewer entries is copied as fast."""

_MOST = 64
"""Entries on top; with more of them the next change makes one dict of all."""


class Layered(Mapping[K, V]):
    """Immutable: entries that changed or are gone, over a dict that many share."""

    def __init__(self, base: dict[K, V], top: dict[K, V], gone: frozenset[K]) -> None:
        self.base, self.top, self.gone = base, top, gone

    def __getitem__(self, key: K) -> V:
        if key in self.top:
            return self.top[key]
        if key in self.gone:
            raise KeyError(key)
        return self.base[key]

    def __contains__(self, key: object) -> bool:
        return key in self.top or (key in self.base and key not in self.gone)

    @cached_property
    def whole(self) -> dict[K, V]:
        """All entries in one dict, made when somebody first walks over them."""
        every = {**self.base, **self.top}
        for key in self.gone:
            every.pop(key, None)
        return every

    def __iter__(self) -> Iterator[K]:
        return iter(self.whole)

    def __len__(self) -> int:
        fresh = sum(key not in self.base for key in self.top)
        return len(self.base) + fresh - sum(key in self.base for key in self.gone)

    def items(self) -> ItemsView[K, V]:
        return self.whole.items()

    def values(self) -> ValuesView[V]:
        return self.whole.values()


def changed(known: Mapping[K, V], news: Mapping[K, V], gone: Collection[K] = ()) -> Mapping[K, V]:
    """`known` with the entries of `news`, without those that are `gone`. Costs as much as has
    changed since the last dict, not as much as there is."""
    base, top, lost = _layers(known)
    top = {key: one for key, one in {**top, **news}.items() if key not in gone}
    lost = (lost - news.keys()).union(gone)
    if len(base) >= _SMALL and len(top) + len(lost) <= _MOST:
        return Layered(base, top, lost)
    return Layered(base, top, lost).whole


def _layers(known: Mapping[K, V]) -> tuple[dict[K, V], dict[K, V], frozenset[K]]:
    if isinstance(known, Layered):
        return known.base, known.top, known.gone
    return (known if isinstance(known, dict) else dict(known)), {}, frozenset()
