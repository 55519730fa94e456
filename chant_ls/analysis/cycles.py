"""Specs that wait for each other in a circle."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
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


class Known:
    """What was found out about cycles; graphs alike in who waits for whom share it.

    The order of all specs (Tarjan) is made once and handed on from graph to graph. Edges of specs
    that changed since may climb in it; only from them on can a way lead up again, so a search
    never looks below the lowest of them: mostly it ends where it begins.
    """

    def __init__(self, order: _Order | None = None, changed: frozenset[SpecId] = frozenset()):
        self.order = order
        self.changed = changed
        self.looked_at = 0
        self.lowest: int | None = None
        self.found: dict[tuple[str, str], Cycle | None] = {}

    def after(self, ids: Iterable[SpecId]) -> "Known":
        """For a graph in which only `ids` came, went or wait for others than before."""
        ids = frozenset(ids)
        if self.order is None or len(self.changed) > _MANY:
            return Known()
        ranks = self.order.ranks
        new = [id for id in ids if id not in ranks]
        ranked = {**ranks, **{id: len(ranks) + n for n, id in enumerate(new)}} if new else ranks
        return Known(_Order(ranked, self.order.circles), self.changed | ids)

    def renew(self, graph: Waiting) -> _Order:
        self.order = order = _ordered(graph)
        self.changed = frozenset()
        self.looked_at = 0
        self.lowest = None
        return order


@dataclass(frozen=True, slots=True)
class Cycles:
    """Answers for one graph, found when asked for. The graph does not hold it: what a change
    leaves behind is freed at once, not by the next collection of garbage."""

    graph: Waiting
    known: Known

    def through(self, start: str, end: str) -> Cycle | None:
        """A shortest cycle that holds the edge `start` → `end`, None where there is none.

        One of more than 200 specs may be longer than need be.
        """
        if (start, end) not in self.known.found:
            self._find(SpecId(start), SpecId(end))
        return self.known.found[start, end]

    def prepare(self) -> None:
        """Makes the order now instead of under the first question."""
        _ = self._current

    @property
    def circles(self) -> Mapping[SpecId, frozenset[SpecId]]:
        """Of every spec in a cycle: all that wait for each other with it, itself among them."""
        if self.known.changed:
            self.known.renew(self.graph)
        return self._current.circles

    @property
    def _current(self) -> _Order:
        known = self.known
        if known.order is None or known.looked_at > _PATIENCE:
            return known.renew(self.graph)
        return known.order

    @property
    def _lowest(self) -> int:
        """The lowest rank from which an edge climbs."""
        ranks, known, waits = self._current.ranks, self.known, self.graph.waits_for
        if known.lowest is None:
            climbs = (ranks[i] for i in known.changed if any(ranks[t] > ranks[i] for t in waits(i)))
            known.lowest = min(climbs, default=len(ranks))
        return known.lowest

    def _find(self, start: SpecId, end: SpecId) -> None:
        way, found = self._way(end, start), self.known.found
        if not way:
            found[start, end] = None
            return
        cycle = closed(way)
        around = (start, *way) if len(way) > _LONG else ()
        found |= {edge: cycle for edge in pairwise(around) if edge not in found}
        found[start, end] = cycle

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
            for other in self.graph.waits_for(node):
                if other not in came and ranks[other] >= floor:
                    came[other] = node
                    todo.append(other)
        if self.known.changed:
            self.known.looked_at += len(came)
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
