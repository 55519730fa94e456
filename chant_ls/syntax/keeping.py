"""Answers about texts, kept for as long as they may be asked for again."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

LARGE = 1 << 14
"""Characters."""

_FEW = 4
"""Large texts: a cache counts entries, and each key in a large one is a new entry of its size."""


class Kept(Generic[T]):
    """A function of a text, and of what else is given, that keeps its last answers: equal arguments
    give the same object while there were at most `most` others, `_FEW` about large texts."""

    def __init__(self, make: Callable[..., T], most: int) -> None:
        self._small, self._large = lru_cache(most)(make), lru_cache(_FEW)(make)

    def __call__(self, text: str, *more: Hashable) -> T:
        return (self._small if len(text) < LARGE else self._large)(text, *more)

    def forget(self) -> None:
        self._small.cache_clear()
        self._large.cache_clear()

    @property
    def made(self) -> int:
        """How many answers had to be made."""
        return self._small.cache_info().misses + self._large.cache_info().misses

    @property
    def held(self) -> int:
        return self._small.cache_info().currsize + self._large.cache_info().currsize
