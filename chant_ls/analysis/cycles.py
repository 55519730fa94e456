"""Specs that wait for each other in a circle."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from chant_ls.model.spec import SpecId, natural_key, parent_id

_PATIENCE = 5_000
"""So many specs may be looked at on the ground of an older order before a new one is made."""

_MANY = 1_000
_LONG = 200


class Waiting(Protocol):
    """A graph by who waits for whom."""

    @property
    def ids(self) -> tuple[SpecId, ...]: ...
    def waits_for(self, id: str) -> tuple[SpecId, ...]:
        """Enough of what it waits for that all of it is waited for, directly or not."""

    def earlier_siblings(self, id: str) -> tuple[SpecId, ...]:
        """What it waits for by its number; `waits_for` tells the nearest of these only."""


Cycle = tuple[SpecId, ...]
"""From its smallest id around to that id again: `a`, `b`, `a`."""


@dataclass(frozen=True, slots=True)
class _Order:
    """A spec ranks above all it waits for; specs that wait for each other share a rank."""

    ranks: Mapping[SpecId, int]
    circles: Mapping[SpecId, frozenset[SpecId]]


@dataclass(slots=True)
class _Ground:
    """An order, and the specs that came, went or wait for others since it was made. Replaced as a
    whole, for several threads ask at once; `lowest` is the same whoever finds it."""

    order: _Order
    changed: frozenset[SpecId] = frozenset()
    lowest: int | None = None


class Known:
    """What was found out about cycles; graphs alike in who waits for whom share it.

    The order of all specs (Tarjan) is made once and handed on from graph to graph. Edges of specs
    that changed since may climb in it; only from them on can a way lead up again, so a search
    never looks below the lowest of them: mostly it ends where it begins.
    """

    def __init__(self, ground: _Ground | None = None):
        self.ground = ground
        self.looked_at = 0
        self.found: dict[tuple[str, str], Cycle | None] = {}

    def after(self, ids: Iterable[SpecId]) -> "Known":
        """For a graph in which only `ids` came, went or wait for others than before."""
        ids, ground = frozenset(ids), self.ground
        if ground is None or len(ground.changed) > _MANY:
            return Known()
        ranks = ground.order.ranks
        new = [id for id in ids if id not in ranks]
        ranked = {**ranks, **{id: len(ranks) + n for n, id in enumerate(new)}} if new else ranks
        return Known(_Ground(_Order(ranked, ground.order.circles), ground.changed | ids))

    def renew(self, graph: Waiting) -> _Ground:
        self.ground = ground = _Ground(_ordered(graph))
        self.looked_at = 0
        return ground


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
        _ = self._ground

    @property
    def circles(self) -> Mapping[SpecId, frozenset[SpecId]]:
        """Of every spec in a cycle: all that wait for each other with it, itself among them."""
        ground = self._ground
        return (self.known.renew(self.graph) if ground.changed else ground).order.circles

    @property
    def _ground(self) -> _Ground:
        known = self.known
        ground = known.ground
        return ground if ground and known.looked_at <= _PATIENCE else known.renew(self.graph)

    def _lowest(self, ground: _Ground) -> int:
        """The lowest rank from which an edge climbs."""
        ranks, waits = ground.order.ranks, self.graph.waits_for
        if ground.lowest is None:
            changed = ground.changed
            climbs = (ranks[i] for i in changed if any(ranks[t] > ranks[i] for t in waits(i)))
            ground.lowest = min(climbs, default=len(ranks))
        return ground.lowest

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
        ground = self._ground
        ranks = ground.order.ranks
        floor = min(ranks[goal], self._lowest(ground))
        if ranks[source] < floor:
            return None
        came: dict[SpecId, SpecId | None] = {source: None}
        todo, steps = deque(came), _Steps(self.graph)
        while todo and goal not in came:
            node = todo.popleft()
            for other in steps.of(node):
                if other not in came and ranks[other] >= floor:
                    came[other] = node
                    todo.append(other)
        if ground.changed:
            self.known.looked_at += len(came)
        return _traced(came, goal) if goal in came else None


class _Steps:
    """All that specs wait for, directly: each of the siblings before them is told only once."""

    def __init__(self, graph: Waiting) -> None:
        self._graph = graph
        self._told: dict[SpecId | None, int] = {}

    def of(self, id: SpecId) -> Iterator[SpecId]:
        yield from self._graph.waits_for(id)
        if earlier := self._graph.earlier_siblings(id):
            above = parent_id(id)
            told = self._told.get(above, 0)
            yield from earlier[told:]
            self._told[above] = max(told, len(earlier))


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
