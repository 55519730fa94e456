"""What is behind the reasons of a blocked spec, and the first step out."""

from collections.abc import Iterator
from typing import NamedTuple

from chant_ls.analysis.readiness import MOST_SHARED, blocked_by, remedy
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Block, Reason
from chant_ls.model.spec import SpecId

MOST_LINKS = 200
"""A chain of reasons names at most so many specs."""


class Link(NamedTuple):
    """A reason, and why the spec it names is itself held up. `cut`: it is told elsewhere."""

    reason: Reason
    because: tuple["Link", ...] = ()
    cut: bool = False


def chain(snapshot: Snapshot, id: str, most: int = MOST_LINKS) -> tuple[Link, ...]:
    """The reasons of `id`, each with the reasons behind it, down to the root causes.

    A spec is told once: where it comes again, and beyond `most` specs in all, the link is cut.
    """
    order = _explored(snapshot, SpecId(id), most)
    tellers = _tellers(id, order)
    links: dict[str, tuple[Link, ...]] = {}
    for one, reasons in reversed(order.items()):
        links[one] = tuple(
            _link(reason, tellers.get(reason.id) == (one, place), links)
            for place, reason in enumerate(reasons)
        )
    return links[id]


def _explored(snapshot: Snapshot, id: SpecId, most: int) -> dict[str, tuple[Reason, ...]]:
    """The reasons of `id` and of all that hold it up, nearest first."""
    found: dict[str, tuple[Reason, ...]] = {}
    todo: list[str] = [id]
    for one in todo:  # grows as it goes
        if one in found or len(found) >= most:
            continue
        found[one] = blocked_by(snapshot, one, most if one == id else MOST_SHARED)
        todo.extend(reason.id for reason in found[one])
    return found


def _tellers(id: str, order: dict[str, tuple[Reason, ...]]) -> dict[str, tuple[str, int]]:
    """Which reason of which spec tells more of a spec: the first that names it."""
    tellers = {id: ("", 0)}
    for one, reasons in order.items():
        for place, reason in enumerate(reasons):
            tellers.setdefault(reason.id, (one, place))
    return tellers


def _link(reason: Reason, tells: bool, links: dict[str, tuple[Link, ...]]) -> Link:
    if reason.kind is Block.APPROVAL:
        return Link(reason)
    told = tells and reason.id in links
    return Link(reason, links[reason.id] if told else (), cut=not told)


def next_step(snapshot: Snapshot, id: str) -> str:
    """The first command on the way to the spec's being ready: that of its nearest root cause.

    "" where it is not blocked, or where only an edit helps.
    """
    return step_out(chain(snapshot, id))


def step_out(links: tuple[Link, ...]) -> str:
    """The same, of a chain that is known."""
    return next((step for link in roots(links) if (step := remedy(link.reason))), "")


def roots(links: tuple[Link, ...]) -> Iterator[Link]:
    """The links that nothing else is behind, in reading order."""
    todo = list(reversed(links))
    while todo:
        link = todo.pop()
        if not link.because:
            yield link
        todo.extend(reversed(link.because))
