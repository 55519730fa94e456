"""Specs found by words of their ids and titles; bounded, and cheap at ten thousand specs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from chant_ls.analysis.graph import Graph
from chant_ls.model.spec import FINISHED, SpecId

MOST_AWAITING = 500
"""So many specs are looked at to find those that wait for one; beyond, none is marked."""

_MOST_CHANGED = 50


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is searched: one line for each spec of the graph, unfinished before finished ones,
    newest first. `text` holds all lines, each between newlines."""

    graph: Graph
    ids: tuple[SpecId, ...]
    finished: frozenset[SpecId]
    lines: tuple[str, ...]
    text: str


_last = _Rows(Graph(), (), frozenset(), (), "\n")


def found(graph: Graph, query: str, most: int, wanted: Callable[[SpecId], bool]) -> list[SpecId]:
    """At most `most` of the wanted ids with all words of the query in id or title, in any case:
    unfinished before finished ones, newest first."""
    rows = _rows(graph)
    words = sorted(query.lower().split(), key=len)
    hits = (rows.ids[number] for number in _matching(rows, words)) if words else iter(rows.ids)
    return list(islice(filter(wanted, hits), most))


def awaiting(graph: Graph, id: str, most: int = MOST_AWAITING) -> frozenset[SpecId]:
    """Every spec that waits for `id`, directly or not: as a dependency of `id`, one of them would
    close a cycle. Empty where there are more than `most`."""
    seen: set[SpecId] = set()
    todo = [SpecId(id)]
    while todo and len(seen) <= most:
        fresh = set(_awaiting_directly(graph, todo.pop())) - seen
        seen |= fresh
        todo += fresh
    return frozenset(seen) - {SpecId(id)} if len(seen) <= most else frozenset()


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
    """Those of the last graph asked about, with few lines changed, or all of them anew."""
    global _last
    if _last.graph is not graph:
        _last = _updated(_last, graph) or _built(graph)
    return _last


def _updated(old: _Rows, graph: Graph) -> _Rows | None:
    if graph.every is not old.graph.every or graph.active is not old.graph.active:
        return None
    changed = graph.changed_since(old.graph)
    if len(changed) > _MOST_CHANGED or any(
        _finished(graph, id) != (id in old.finished) for id in changed
    ):
        return None
    lines = list(old.lines)
    for id in changed:
        lines[old.ids.index(id)] = _line(graph, id)
    same = tuple(lines) == old.lines
    return _Rows(graph, old.ids, old.finished, *((old.lines, old.text) if same else _text(lines)))


def _built(graph: Graph) -> _Rows:
    newest = graph.ids[::-1]
    finished = frozenset(id for id in newest if _finished(graph, id))
    ids = (*(i for i in newest if i not in finished), *(i for i in newest if i in finished))
    return _Rows(graph, ids, finished, *_text([_line(graph, id) for id in ids]))


def _text(lines: list[str]) -> tuple[tuple[str, ...], str]:
    return tuple(lines), "\n" + "".join(f"{line}\n" for line in lines)


def _finished(graph: Graph, id: SpecId) -> bool:
    facts = graph.facts_of(id)
    return facts is None or facts.status in FINISHED or graph.archived(id)


def _line(graph: Graph, id: SpecId) -> str:
    facts = graph.facts_of(id)
    return f"{id} {' '.join(facts.title.split()) if facts else ''}".lower()
