"""Specs found by words of their ids and titles; bounded, and cheap at ten thousand specs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from weakref import WeakKeyDictionary

from chant_ls.analysis.graph import Graph, Origin
from chant_ls.model.spec import FINISHED, SpecId

MOST_AWAITING = 500
"""So many specs are looked at to find those that wait for one."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is searched: one line for each spec of a graph, unfinished before finished ones,
    newest first. `text` holds all lines, each between newlines; `edited` is the graph's."""

    ids: tuple[SpecId, ...]
    numbers: Mapping[SpecId, int]
    finished: frozenset[SpecId]
    lines: tuple[str, ...]
    text: str
    edited: frozenset[SpecId]


_kept = WeakKeyDictionary[Origin, _Rows]()
"""Those last asked for: graphs of one origin differ in few lines, mostly in none."""


def prepare(graph: Graph) -> None:
    """Makes what is searched now instead of under the first search."""
    _rows(graph)


def found(graph: Graph, query: str, most: int, wanted: Callable[[SpecId], bool]) -> list[SpecId]:
    """At most `most` of the wanted ids with all words of the query in id or title, in any case:
    unfinished before finished ones, newest first."""
    return list(islice(filter(wanted, hits(graph, query)), most))


def hits(graph: Graph, query: str) -> Iterator[SpecId]:
    """All with the words of the query, in the order of `found`."""
    rows = _rows(graph)
    words = sorted(query.lower().split(), key=len)
    return (rows.ids[number] for number in _matching(rows, words)) if words else iter(rows.ids)


def awaiting(graph: Graph, id: str, most: int = MOST_AWAITING) -> frozenset[SpecId] | None:
    """Every spec that waits for `id`, directly or not: as a dependency of `id`, one of them would
    close a cycle. None where there are more than `most`."""
    seen: set[SpecId] = set()
    todo = [SpecId(id)]
    while todo and len(seen) <= most:
        fresh = set(_awaiting_directly(graph, todo.pop())) - seen
        seen |= fresh
        todo += fresh
    return frozenset(seen) - {SpecId(id)} if len(seen) <= most else None


def _awaiting_directly(graph: Graph, id: SpecId) -> Iterator[SpecId]:
    """By `depends_on`, through a driver that depends on it, as its driver, as a later sibling."""
    for one in graph.dependents(id):
        below = graph.below(one)
        if id not in below:
            yield one
            yield from below
    yield from graph.drivers(id)
    yield from graph.later_siblings(id)


def _matching(rows: _Rows, words: list[str]) -> Iterator[int]:
    """Numbers of the lines with all the words: those with the longest are found, then tried."""
    text, longest, others = rows.text, words[-1], words[:-1]
    number, counted, at = -1, 0, text.find(longest)
    while at >= 0:
        number += text.count("\n", counted, at)
        end = text.find("\n", at)
        if all(word in rows.lines[number] for word in others):
            yield number
        counted, at = end, text.find(longest, end)


def _rows(graph: Graph) -> _Rows:
    known = _kept.get(graph.origin)
    rows = _updated(known, graph) if known else _built(graph)
    _kept[graph.origin] = rows
    return rows


def _updated(old: _Rows, graph: Graph) -> _Rows:
    now = {id: _line(graph, id) for id in old.edited | graph.edited}
    moved = {id for id in now if _finished(graph, id) != (id in old.finished)}
    changed = {id: line for id, line in now.items() if old.lines[old.numbers[id]] != line}
    if moved:
        lines = {**dict(zip(old.ids, old.lines, strict=True)), **changed}
        return _arranged(graph, old.finished ^ moved, lines)
    if not changed:
        return replace(old, edited=graph.edited)
    replaced = list(old.lines)
    for id, line in changed.items():
        replaced[old.numbers[id]] = line
    return replace(old, lines=tuple(replaced), text=_text(replaced), edited=graph.edited)


def _built(graph: Graph) -> _Rows:
    finished = frozenset(id for id in graph.ids if _finished(graph, id))
    return _arranged(graph, finished, {id: _line(graph, id) for id in graph.ids})


def _arranged(graph: Graph, finished: frozenset[SpecId], lines: Mapping[SpecId, str]) -> _Rows:
    newest = graph.ids[::-1]
    ids = tuple(sorted(newest, key=finished.__contains__))
    ordered = tuple(map(lines.__getitem__, ids))
    numbers = dict(zip(ids, range(len(ids)), strict=True))
    return _Rows(ids, numbers, finished, ordered, _text(ordered), graph.edited)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(["", *lines, ""])


def _finished(graph: Graph, id: SpecId) -> bool:
    facts = graph.facts_of(id)
    return facts is None or facts.status in FINISHED or graph.archived(id)


def _line(graph: Graph, id: SpecId) -> str:
    facts = graph.facts_of(id)
    return f"{id} {' '.join(facts.title.split()) if facts else ''}".lower()
