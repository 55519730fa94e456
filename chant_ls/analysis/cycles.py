"""Specs that wait for each other in a circle."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from chant_ls.model.spec import SpecId, natural_key

_PATIENCE = 5_000
"""So many specs may be looked at on the ground of an older order before a new one is made."""

_MANY = 1_000
_LONG = 200


class Waiting(Protocol):
    """A graph by who waits for whom."""

    @property
    def ids(self) -> tuple[SpecId, ...]: ...
    def waits_for(self, id: str) -> tuple[SpecId, ...]: ...


Cycle = tuple[SpecId, ...]
"""From its smallest id around to that id again: `a`, `b`, `a`."""


@dataclass(frozen=True, slots=True)
class _Order:
    """A spec ranks above all it waits for; specs that wait for each other share a rank."""

    ranks: Mapping[SpecId, int]
    circles: Mapping[SpecId, frozenset[SpecId]]


class Cycles:
    """Answers for one graph, found when asked for.

    The order of all specs (Tarjan) is made once and handed on from graph to graph. Edges of specs
    that changed since may climb in it; only from them on can a way lead up again, so a search
    never looks below the lowest of them: mostly it ends where it begins.
    """

    def __init__(
        self, graph: Waiting, order: _Order | None = None, changed: frozenset[SpecId] = frozenset()
    ):
        self._graph = graph
        self._order = order
        self._changed = changed
        self._looked_at = 0
        self._found: dict[tuple[str, str], Cycle | None] = {}

    def changed(self, graph: Waiting, ids: Iterable[SpecId]) -> "Cycles":
        """For a graph in which only `ids` came, went or wait for others than before."""
        ids = frozenset(ids)
        if self._order is None or len(self._changed) > _MANY:
            return Cycles(graph)
        ranks = self._order.ranks
        new = [id for id in ids if id not in ranks]
        ranked = {**ranks, **{id: len(ranks) + n for n, id in enumerate(new)}} if new else ranks
        return Cycles(graph, _Order(ranked, self._order.circles), self._changed | ids)

    def through(self, start: str, end: str) -> Cycle | None:
        """A shortest cycle that holds the edge `start` → `end`, None where there is none.

        One of more than 200 specs may be longer than need be.
        """
        if (start, end) not in self._found:
            self._find(SpecId(start), SpecId(end))
        return self._found[start, end]

    def prepare(self) -> None:
        """Makes the order now instead of under the first question."""
        _ = self._current

    @property
    def circles(self) -> Mapping[SpecId, frozenset[SpecId]]:
        """Of every spec in a cycle: all that wait for each other with it, itself among them."""
        if self._changed:
            self._renew()
        return self._current.circles

    @property
    def _current(self) -> _Order:
        if self._order is None or self._looked_at > _PATIENCE:
            self._renew()
        return self._order or _Order({}, {})

    def _renew(self) -> None:
        self._order = _ordered(self._graph)
        self._changed = frozenset()
        self._looked_at = 0
        self.__dict__.pop("_lowest", None)

    @cached_property
    def _lowest(self) -> int:
        """The lowest rank from which an edge climbs."""
        ranks, waits = self._current.ranks, self._graph.waits_for
        climbs = (ranks[i] for i in self._changed if any(ranks[t] > ranks[i] for t in waits(i)))
        return min(climbs, default=len(ranks))

    def _find(self, start: SpecId, end: SpecId) -> None:
        way = self._way(end, start)
        if not way:
            self._found[start, end] = None
            return
        cycle = closed(way)
        around = (start, *way) if len(way) > _LONG else ()
        self._found |= {edge: cycle for edge in pairwise(around) if edge not in self._found}
        self._found[start, end] = cycle

    def _way(self, source: SpecId, goal: SpecId) -> Cycle | None:
        """The specs of a shortest way, both ends included."""
        ranks = self._current.ranks
        floor = min(ranks[goal], self._lowest)
        if ranks[source] < floor:
            return None
        came: dict[SpecId, SpecId | None] = {source: None}
        todo = deque(came)
        while todo and goal not in came:
            node = todo.popleft()
            for other in self._graph.waits_for(node):
                if other not in came and ranks[other] >= floor:
                    came[other] = node
                    todo.append(other)
        if self._changed:
            self._looked_at += len(came)
        return _traced(came, goal) if goal in came else None


def _traced(came: Mapping[SpecId, SpecId | None], goal: SpecId) -> Cycle:
    way = [goal]
    while (before := came[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))


def _ordered(graph: Waiting) -> _Order:
    ranks: dict[SpecId, int] = {}
    circles: dict[SpecId, frozenset[SpecId]] = {}
    waits = {id: graph.waits_for(id) for id in graph.ids}
    for rank, group in enumerate(components(waits, waits.__getitem__)):
        ranks.update(dict.fromkeys(group, rank))
        if len(group) > 1 or group[0] in waits[group[0]]:
            circles.update(dict.fromkeys(group, frozenset(group)))
    return _Order(ranks, circles)


def closed(ids: Cycle) -> Cycle:
    """The circle of these ids, each named once, as a cycle."""
    first = min(range(len(ids)), key=lambda i: natural_key(ids[i]))
    return (*ids[first:], *ids[:first], ids[first])


_Step = Callable[[SpecId], Iterable[SpecId]]


def components(ids: Iterable[SpecId], step: _Step) -> Iterator[list[SpecId]]:
    """Strongly connected components, each after all that it leads to.

    Tarjan's algorithm with a stack of its own: a chain of any length is fine.
    """
    low: dict[SpecId, int] = {}
    order: dict[SpecId, int] = {}
    open_nodes: dict[SpecId, None] = {}
    for root in ids:
        path = [] if root in order else [_entered(root, step, order, low, open_nodes)]
        while path:
            node, rest = path[-1]
            other = next(rest, None)
            if other is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    yield _taken(open_nodes, node)
            elif other not in order:
                path.append(_entered(other, step, order, low, open_nodes))
            elif other in open_nodes:
                low[node] = min(low[node], order[other])


def _entered(
    node: SpecId,
    step: _Step,
    order: dict[SpecId, int],
    low: dict[SpecId, int],
    open_nodes: dict[SpecId, None],
) -> tuple[SpecId, Iterator[SpecId]]:
    order[node] = low[node] = len(order)
    open_nodes[node] = None
    return node, iter(step(node))


def _taken(open_nodes: dict[SpecId, None], down_to: SpecId) -> list[SpecId]:
    group = [open_nodes.popitem()[0]]
    while group[-1] != down_to:
        group.append(open_nodes.popitem()[0])
    return group
