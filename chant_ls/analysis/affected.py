"""Whose diagnostics a change of one file may change."""

from collections.abc import Iterator

from chant_ls.analysis.graph import Graph, Relation
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import SpecId

_REFERENCES = (Relation.DEPENDS, Relation.MEMBERS, Relation.INFORMED)


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


def _renamed_or_hidden(old: Snapshot, new: Snapshot, id: SpecId) -> bool:
    """Whether prose that names the id must be read again, and what else was meant by unknown ids:
    the spec came, went, or became private or public."""
    before, after = old.facts(id), new.facts(id)
    return before is None or after is None or before.private != after.private


def _reached(graph: Graph, id: SpecId) -> Iterator[SpecId]:
    """The spec, all that name it or whose name means something else with it, its family, those in
    a cycle with it, those that its state makes ready, and who shares targets with these."""
    near = {id, *_naming(graph, id), *graph.dependencies(id), *_family(graph, id)}
    near |= graph.circles_of(id)
    freed = {one for up in (id, *graph.above(id)) for one in graph.dependents(up)}
    freed |= {below for one in freed for below in graph.below(one)}
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
