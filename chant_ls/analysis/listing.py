"""The list of all specs as JSON, kept up to date by what a change concerns."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chant_ls.analysis.affected import affected_by_state, concerned
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.summary import spec_json
from chant_ls.model.spec import SpecId


class Listing(NamedTuple):
    """`rows` are the objects of contract 2 as JSON, in natural order of ids."""

    snapshot: Snapshot
    rows: Mapping[SpecId, str]


def listed(snapshot: Snapshot) -> Listing:
    return Listing(snapshot, {id: _row(snapshot, id) for id in snapshot.graph.ids})


def relisted(before: Listing, snapshot: Snapshot) -> Listing:
    """The listing of another snapshot of the same project."""
    near = concerned(before.snapshot, snapshot, _changed(before.snapshot, snapshot))
    if near is None:
        return listed(snapshot)
    kept, graph = before.rows, snapshot.graph
    fresh = _fresh(snapshot, near)
    stirred = [id for id, row in fresh.items() if kept.get(id) != row]
    further = {path for id in stirred for path in affected_by_state(snapshot, id)}
    fresh |= _fresh(snapshot, further - near)  # a row names the status of what it waits for
    return Listing(
        snapshot,
        {id: fresh.get(id) or kept.get(id) or _row(snapshot, id) for id in graph.ids},
    )


def _changed(old: Snapshot, new: Snapshot) -> frozenset[str]:
    """Files of which a row may say something else."""
    if old.files is new.files:
        return frozenset()
    before, after = dict(old.files.items()), dict(new.files.items())
    return frozenset(
        path
        for path in before.keys() | after.keys()
        if (one := before.get(path)) is not (other := after.get(path))
        and (one is None or other is None or one.facts != other.facts)
    )


def _fresh(snapshot: Snapshot, paths: Iterable[str]) -> dict[SpecId, str]:
    ids = {snapshot.files[path].facts.id for path in paths}
    return {id: _row(snapshot, id) for id in ids}


def _row(snapshot: Snapshot, id: SpecId) -> str:
    return json.dumps(spec_json(snapshot, id))
