"""Specs that wait for each other in a circle."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from chant_ls.model.spec import SpecId, natural_key

_LOCAL_STEPS = 2_000
"""So many steps around single edges, then finding every cycle at once is the cheaper way."""

_LARGE = 200


class Waiting(Protocol):
    """A graph by who waits for whom; both directions tell the same edges."""

    @property
    def ids(self) -> tuple[SpecId, ...]: ...
    def waits_for(self, id: str) -> tuple[SpecId, ...]: ...
    def awaited_by(self, id: str) -> tuple[SpecId, ...]: ...


Cycle = tuple[SpecId, ...]
"""From its smallest id around to that id again: `a`, `b`, `a`."""


class Cycles:
    """Answers for one graph, found when asked for.

    A question about one edge looks around that edge; after many such steps all components are
    found once (Tarjan), and further answers cost a look-up.
    """

    def __init__(self, graph: Waiting):
        self._graph = graph
        self._steps = 0
        self._found: dict[tuple[str, str], Cycle | None] = {}

    def through(self, start: str, end: str) -> Cycle | None:
        """A shortest cycle that holds the edge `start` → `end`, None where there is none.

        Where more than 200 specs wait for each other it may be longer than need be.
        """
        if (start, end) not in self._found:
            self._find(SpecId(start), SpecId(end))
        return self._found[start, end]

    @cached_property
    def components(self) -> dict[SpecId, frozenset[SpecId]]:
        """Of every spec in a cycle: all that wait for each other with it, itself among them."""
        found = components(self._graph.ids, self._graph.waits_for)
        return {id: group for group in found for id in group}

    def _find(self, start: SpecId, end: SpecId) -> None:
        if not self._reaches(end, start):
            self._found[start, end] = None
            return
        group = self.components[start]
        way = _shortest(end, start, group, self._graph.waits_for)
        around, cycle = (start, *way), closed(way)
        edges = pairwise(around) if len(group) > _LARGE else ()
        self._found |= {edge: cycle for edge in edges if edge not in self._found}
        self._found[start, end] = cycle

    def _reaches(self, source: SpecId, goal: SpecId) -> bool:
        if source == goal:
            return True
        if self._steps <= _LOCAL_STEPS and "components" not in self.__dict__:
            known = self._walks(source, goal)
            if known is not None:
                return known
        return source in self.components.get(goal, ())

    def _walks(self, source: SpecId, goal: SpecId) -> bool | None:
        """Looks from both ends in turn: one that runs dry without the other proves "no"."""
        ahead = _walk(source, self._graph.waits_for)
        behind = _walk(goal, self._graph.awaited_by)
        for one, other in zip(ahead, behind, strict=False):
            self._steps += 1
            if one == goal or other == source:
                return True
            if self._steps > _LOCAL_STEPS:
                return None
        return False


def closed(ids: Cycle) -> Cycle:
    """The circle of these ids, each named once, as a cycle."""
    first = min(range(len(ids)), key=lambda i: natural_key(ids[i]))
    return (*ids[first:], *ids[:first], ids[first])


def components(
    ids: Iterable[SpecId], step: Callable[[SpecId], Iterable[SpecId]]
) -> list[frozenset[SpecId]]:
    """Strongly connected components of more than one node, and nodes with an edge to themselves.

    Tarjan's algorithm with a stack of its own: a chain of any length is fine.
    """
    order: dict[SpecId, int] = {}
    low: dict[SpecId, int] = {}
    open_nodes: dict[SpecId, None] = {}
    found: list[frozenset[SpecId]] = []
    for root in ids:
        if root in order:
            continue
        path: list[tuple[SpecId, Iterator[SpecId]]] = []
        _enter(root, step, path, order, low, open_nodes)
        while path:
            node, rest = path[-1]
            next_node = next(rest, None)
            if next_node is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    found += _closed_component(node, step, open_nodes)
            elif next_node not in order:
                _enter(next_node, step, path, order, low, open_nodes)
            elif next_node in open_nodes:
                low[node] = min(low[node], order[next_node])
    return found


def _enter(
    node: SpecId,
    step: Callable[[SpecId], Iterable[SpecId]],
    path: list[tuple[SpecId, Iterator[SpecId]]],
    order: dict[SpecId, int],
    low: dict[SpecId, int],
    open_nodes: dict[SpecId, None],
) -> None:
    order[node] = low[node] = len(order)
    open_nodes[node] = None
    path.append((node, iter(step(node))))


def _closed_component(
    node: SpecId, step: Callable[[SpecId], Iterable[SpecId]], open_nodes: dict[SpecId, None]
) -> list[frozenset[SpecId]]:
    group: set[SpecId] = set()
    while node not in group:
        group.add(open_nodes.popitem()[0])
    circular = len(group) > 1 or node in step(node)
    return [frozenset(group)] if circular else []


def _walk(start: SpecId, step: Callable[[SpecId], Iterable[SpecId]]) -> Iterator[SpecId]:
    """Breadth first, each node once."""
    seen = {start}
    todo = deque([start])
    while todo:
        node = todo.popleft()
        yield node
        for other in step(node):
            if other not in seen:
                seen.add(other)
                todo.append(other)


def _shortest(
    source: SpecId,
    goal: SpecId,
    within: frozenset[SpecId],
    step: Callable[[SpecId], Iterable[SpecId]],
) -> Cycle:
    """The nodes of a shortest way, both ends included; there is one by what `within` means."""
    came: dict[SpecId, SpecId | None] = {source: None}
    todo = deque([source])
    while goal not in came:
        node = todo.popleft()
        for other in step(node):
            if other in within and other not in came:
                came[other] = node
                todo.append(other)
    way = [goal]
    while (before := came[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
