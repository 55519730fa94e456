"""What the shell completes from the project: ids, labels, prompts, by the name of the parameter.

click's own shell completion asks, and starts `chant` at every press of the key. Where nothing can
be said (outside of projects, for one) nothing is offered.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from chant_ls.cli.context import Invocation
from chant_ls.cli.failures import Refused
from chant_ls.model.spec import SpecId, short_id

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import Snapshot

MOST = 200

Offer = Callable[["Snapshot", str], Iterable[CompletionItem]]


class FromProject(click.types.StringParamType):
    """A text; the shell offers what the project holds of its kind."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        folder = ctx.find_root().params.get("directory") or "."
        try:
            snapshot = Invocation(folder, True).app().load()
        except Refused:
            return []
        return list(self._offer(snapshot, incomplete))[:MOST]


def _active(snapshot: "Snapshot", incomplete: str) -> Iterable[CompletionItem]:
    return _ids(snapshot, snapshot.graph.active.ordered, incomplete)


def _archived(snapshot: "Snapshot", incomplete: str) -> Iterable[CompletionItem]:
    ids = [id for id in snapshot.graph.ids if snapshot.graph.archived(id)]
    return _ids(snapshot, ids, incomplete)


def _ids(snapshot: "Snapshot", ids: Iterable[SpecId], incomplete: str) -> Iterable[CompletionItem]:
    """Whole ids; the short one where only that begins so."""
    from chant_ls.analysis.summary import rows

    names = {id: _named(id, incomplete) for id in ids}
    for row in rows(snapshot, islice((id for id, name in names.items() if name), MOST)):
        yield CompletionItem(names[row.id], help=f"{row.status.value}: {row.title}")


def _named(id: SpecId, incomplete: str) -> str:
    return next((name for name in (id, short_id(id)) if name.startswith(incomplete)), "")


def _labels(snapshot: "Snapshot", incomplete: str) -> Iterable[CompletionItem]:
    known = {label for file in snapshot.files.values() for label in file.facts.labels}
    return _starting(known, incomplete)


def _prompts(snapshot: "Snapshot", incomplete: str) -> Iterable[CompletionItem]:
    return _starting(snapshot.prompts, incomplete)


def _starting(words: Iterable[str], incomplete: str) -> Iterable[CompletionItem]:
    return (CompletionItem(word) for word in sorted(words) if word.startswith(incomplete))


_KINDS: Mapping[str, FromProject] = {
    **dict.fromkeys(("id", "ids", "depends_on", "informed_by"), FromProject(_active)),
    "archived_ids": FromProject(_archived),
    "labels": FromProject(_labels),
    "prompt": FromProject(_prompts),
}


def complete_from_project(command: click.Command) -> None:
    """Its parameters know from then on what they may be."""
    for parameter in command.params:
        parameter.type = _KINDS.get(parameter.name or "", parameter.type)
