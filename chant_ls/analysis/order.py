"""The order of a driver's `.N` members, and what is reached step by step."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from chant_ls.model.spec import SpecId, member_numbers

Line = tuple[SpecId, ...]
_NONE: frozenset[SpecId] = frozenset()


@lru_cache(maxsize=4096)
def by_number(siblings: frozenset[SpecId]) -> Line:
    """Kept by the set itself: graphs share those that did not change."""
    return tuple(sorted(siblings, key=member_numbers))


def before(line: Line, id: str) -> Line:
    return line[: bisect_left(line, member_numbers(id), key=member_numbers)]


def behind(line: Line, id: str) -> Line:
    return line[bisect_right(line, member_numbers(id), key=member_numbers) :]


def nearest(line: Line, waits: Callable[[SpecId], bool]) -> Line:
    """The end of the line down to the last that waits for all before it; the whole line where none
    does."""
    for place in range(len(line) - 1, -1, -1):
        if waits(line[place]):
            return line[place:]
    return line


def closure(start: Iterable[SpecId], step: Callable[[str], Iterable[SpecId]]) -> frozenset[SpecId]:
    """All that steps lead to; `start` too."""
    todo = list(start)
    seen: set[SpecId] = set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(step(one))
    return frozenset(seen)


Sets = Mapping[SpecId, frozenset[SpecId]]


def gathered(
    start: SpecId,
    step: Callable[[str], Iterable[SpecId]],
    wanted: Callable[[SpecId], bool],
    known: Sets,
) -> Sets | None:
    """The wanted ones that steps lead to, of `start` and of all on the way; what is `known` is not
    walked again. None where steps lead in a circle."""
    found: dict[SpecId, frozenset[SpecId]] = {}
    todo, entered = [start], set[SpecId]()
    while todo:
        one = todo[-1]
        near = tuple(step(one))
        ahead = [other for other in near if other not in found and other not in known]
        if not ahead:
            todo.pop()
            far = (found.get(other) or known.get(other, _NONE) for other in near)
            found[one] = _joined(frozenset(filter(wanted, near)), far)
        elif one in entered:
            return None
        entered.add(one)
        todo += ahead
    return found


def _joined(first: frozenset[SpecId], others: Iterable[frozenset[SpecId]]) -> frozenset[SpecId]:
    """The union; one of the sets itself where that holds all the others."""
    largest = first
    for other in others:
        if not other <= largest:
            largest = other if largest <= other else largest | other
    return largest
