"""Whose diagnostics a change of one file may change."""

from collections.abc import Collection, Iterator

from chant_ls.analysis.graph import Graph, Relation
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import SpecId

_MANY = 40
"""Changes: it is as cheap to look at everything as to ask whom more of them concern."""

_REFERENCES = (Relation.DEPENDS, Relation.MEMBERS, Relation.INFORMED, Relation.READS)


def affected(old: Snapshot, new: Snapshot, path: str) -> frozenset[str]:
    """The files whose diagnostics may differ between two snapshots that differ by that file.

    While its facts are the same, that is the file alone.
    """
    file = new.files.get(path) or old.files.get(path)
    if file is None:
        return frozenset()
    if old.graph is new.graph:
        return frozenset({path} & new.files.keys())
    id = file.facts.id
    ids = {one for snapshot in (old, new) for one in _reached(snapshot.graph, id)}
    if _renamed_or_hidden(old, new, id):
        ids |= {f.facts.id for f in new.files.values() if id in f.text}
        ids |= {one for relation in _REFERENCES for one in new.graph.dangling(relation)}
    ids |= new.graph.duplicates.keys()  # the graph knows the facts of one file of each only
    paths = {path for one in ids for path in new.graph.paths_of(one)}
    return frozenset(paths | ({path} & new.files.keys()))


def concerned(old: Snapshot, new: Snapshot, paths: Collection[str]) -> frozenset[str] | None:
    """The files whose diagnostics, or rows in a list, may differ between two snapshots that differ
    by those files, and by what else there is; None for all of them. What path entries are on disk
    is not looked at."""
    if any(a is not b for a, b in zip(_settings(old), _settings(new), strict=True)):
        return None
    runs = _changed_runs(old, new)
    if len(paths) + len(runs) > _MANY:
        return None
    by_files = (affected(old, new, path) for path in paths)
    return frozenset().union(*by_files, *(affected_by_state(new, id) for id in runs))


def _settings(snapshot: Snapshot) -> tuple[object, ...]:
    one = snapshot
    return one.config, one.prompts, one.foreign, one.tools, one.complete, one.today


def _changed_runs(old: Snapshot, new: Snapshot) -> frozenset[SpecId]:
    if old.runs is new.runs:
        return frozenset()
    every = old.runs.keys() | new.runs.keys()
    return frozenset(id for id in every if old.runs.get(id) != new.runs.get(id))


def affected_by_state(snapshot: Snapshot, id: SpecId) -> frozenset[str]:
    """The files whose diagnostics may change with the state of a spec's run."""
    ids = {id, *_reached(snapshot.graph, id)}
    return frozenset(path for one in ids for path in snapshot.graph.paths_of(one))


def _renamed_or_hidden(old: Snapshot, new: Snapshot, id: SpecId) -> bool:
    """Whether prose that names the id must be read again, and what else was meant by unknown ids:
    the spec came, went, or became private or public."""
    before, after = old.facts(id), new.facts(id)
    return before is None or after is None or before.private != after.private


def _reached(graph: Graph, id: SpecId) -> Iterator[SpecId]:
    """The spec, all that name it or whose name means something else with it, its family, those in
    a cycle with it, those that its state makes ready, and who shares targets with these."""
    naming = set(_naming(graph, id))
    near = {id, *naming, *graph.dependencies(id), *_family(graph, id)}
    near |= graph.circles_of(id)
    freed = {one for up in (id, *graph.above(id)) for one in graph.dependents(up)}
    freed |= set(graph.later_siblings(id))  # they wait for it where there is no driver, too
    freed |= {below for one in freed | naming for below in graph.below(one)}
    yield from near | freed
    for one in near | freed:
        facts = graph.facts_of(one)
        for target in facts.target_files if facts else ():
            yield from graph.targeting(target)


def _naming(graph: Graph, id: SpecId) -> Iterator[SpecId]:
    for relation in _REFERENCES:
        for text in graph.texts_within(relation, id):
            yield from graph.named_by(relation, text)


def _family(graph: Graph, id: SpecId) -> Iterator[SpecId]:
    yield from graph.below(id)
    for up in graph.above(id):
        yield up
        yield from graph.members(up)
