"""Which of many ready specs should start first."""

from collections.abc import Iterable, Mapping

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.merge_plan import before
from chant_ls.model.spec import SpecId


def ranks(snapshot: Snapshot, ids: Iterable[SpecId]) -> Mapping[SpecId, int]:
    """How long the longest chain of these specs is that waits behind each. Of those that wait for
    each other in a circle no rank means anything: they never start."""
    behind: dict[SpecId, list[SpecId]] = {id: [] for id in ids}
    for id in behind:
        for earlier in before(snapshot, id) & behind.keys():
            behind[earlier].append(id)
    known: dict[SpecId, int] = {}
    for start in behind:
        path, entered = [start], set[SpecId]()
        while path:
            one = path[-1]
            entered.add(one)
            deeper = [id for id in behind[one] if id not in known and id not in entered]
            if deeper:
                path += deeper
            else:
                path.pop()
                known[one] = 1 + max((known.get(id, -1) for id in behind[one]), default=-1)
    return known
