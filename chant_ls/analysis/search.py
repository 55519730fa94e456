"""Specs found by words of their ids and titles; bounded, and cheap at ten thousand specs."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from weakref import WeakKeyDictionary

from chant_ls.analysis.graph import Graph, Relation
from chant_ls.model.spec import FINISHED, Facts, SpecId, parent_id

MOST_AWAITING = 2_000
"""So many specs are looked at to find those that wait for one; beyond, none is marked."""

_Rows = tuple[tuple[str, SpecId], ...]
_rows_of: WeakKeyDictionary[Graph, tuple[_Rows, _Rows]] = WeakKeyDictionary()


def found(graph: Graph, query: str, most: int, wanted: Callable[[SpecId], bool]) -> list[SpecId]:
    """At most `most` of the wanted ids with all words of the query in id or title, in any case:
    unfinished before finished ones, newest first."""
    words = query.lower().split()
    rows = chain(*_rows(graph))
    hits = (id for text, id in rows if all(word in text for word in words) and wanted(id))
    return list(islice(hits, most))


def awaiting(graph: Graph, id: str, most: int = MOST_AWAITING) -> frozenset[SpecId]:
    """Every spec that waits for `id`, directly or not, by `depends_on`, as driver, as later
    sibling or through its driver: one of them as a dependency of `id` would close a cycle. Empty
    where there are more than `most`."""
    short = {relation: _short(graph, relation) for relation in (Relation.DEPENDS, Relation.MEMBERS)}
    seen: set[SpecId] = set()
    todo = [SpecId(id)]
    while todo and len(seen) <= most:
        fresh = {one for one in _directly(graph, todo.pop(), short) if one not in seen}
        seen |= fresh
        todo += fresh
    return frozenset(seen) - {SpecId(id)} if len(seen) <= most else frozenset()


_Short = dict[Relation, dict[SpecId, set[SpecId]]]


def _directly(graph: Graph, id: SpecId, short: _Short) -> Iterator[SpecId]:
    for one in _naming(graph, Relation.DEPENDS, id, short):
        if not id.startswith(f"{one}."):
            yield one
            yield from graph.below(one)
    yield from _naming(graph, Relation.MEMBERS, id, short)
    yield from graph.later_siblings(id)
    if (above := parent_id(id)) is not None and above in graph:
        yield above


def _naming(graph: Graph, relation: Relation, id: SpecId, short: _Short) -> Iterator[SpecId]:
    """Like `Graph.naming`, for many ids: short references are resolved once for all."""
    return chain(graph.named_by(relation, id), short[relation].get(id, ()))


def _short(graph: Graph, relation: Relation) -> dict[SpecId, set[SpecId]]:
    short: dict[SpecId, set[SpecId]] = {}
    for text in graph.texts(relation):
        if text not in graph and (target := graph.target(text)) is not None:
            short.setdefault(target, set()).update(graph.named_by(relation, text))
    return short


def _rows(graph: Graph) -> tuple[_Rows, _Rows]:
    if graph not in _rows_of:
        _rows_of[graph] = _built(graph)
    return _rows_of[graph]


def _built(graph: Graph) -> tuple[_Rows, _Rows]:
    open_rows: list[tuple[str, SpecId]] = []
    finished: list[tuple[str, SpecId]] = []
    for facts in _newest_first(graph):
        rows = finished if facts.status in FINISHED or graph.archived(facts.id) else open_rows
        rows.append(_row(facts.id, facts.title))
    return tuple(open_rows), tuple(finished)


def _newest_first(graph: Graph) -> Iterable[Facts]:
    return (facts for id in reversed(graph.ids) if (facts := graph.facts_of(id)) is not None)


@lru_cache(maxsize=100_000)
def _row(id: SpecId, title: str) -> tuple[str, SpecId]:
    return f"{id}\n{title}".lower(), id
