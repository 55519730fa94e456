"""`chant list`: specs with their statuses, and why the blocked ones are."""

import gc
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.options import examples
from chant_ls.model.spec import TYPE_ALIASES, SpecType, Status

if TYPE_CHECKING:
    from chant_ls.analysis.summary import Filters, Row

_LEAST = 20
"""Columns for title and note, however narrow the terminal."""

TYPES = [*(kind.value for kind in SpecType), *TYPE_ALIASES]


@click.command(
    epilog=examples(
        "chant list                        # what is open, and what it waits for",
        "chant list --ready --label v0.8.0",
        "chant list --status in_progress   # what agents are at",
        "chant list --all --json",
        done="shown, also if there is none",
        refused="refused",
    )
)
@click.option(
    "--label", "labels", multiple=True, metavar="L", help="Only with this label. May be repeated."
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in Status]),
    metavar="S",
    help="Only with this status. May be repeated.",
)
@click.option("--type", "type", type=click.Choice(TYPES), help="Of this type.")
@click.option("--ready", is_flag=True, help="Only what can be worked now.")
@click.option("--all", "everything", is_flag=True, help="Completed and cancelled ones too.")
@click.option("--count", is_flag=True, help="Only how many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(
    invocation: Invocation,
    labels: tuple[str, ...],
    statuses: tuple[str, ...],
    type: str | None,
    ready: bool,
    everything: bool,
    count: bool,
    as_json: bool,
) -> None:
    """List specs with their status.

    Completed and cancelled specs are hidden unless you ask for them; completed work that is not
    merged is shown.
    """
    from chant_ls.analysis.summary import Filters, listed, rows, spec_json

    gc.disable()  # what is made here stays until the program ends, and that is soon
    snapshot = invocation.app().load()
    gc.freeze()
    wanted = Filters(labels, tuple(map(Status, statuses)), type or "", ready, everything)
    ids = listed(snapshot, wanted)
    if count:
        render.out(str(len(ids)))
    elif as_json:
        render.data([spec_json(snapshot, id) for id in ids])
    elif ids:
        _table(list(rows(snapshot, ids)))
    else:
        invocation.say(_nothing(bool(snapshot.files), wanted))


def _table(found: "list[Row]") -> None:
    """A line a spec; on a terminal no line is longer than that."""
    width = render.room()
    used = max(len(row.id) for row in found) + max(len(row.status) for row in found) + 4
    left = None if width is None else max(width - used, _LEAST)
    render.columns(((row.id, row.status.value, _title(row, left)) for row in found), styled=1)


def _title(row: "Row", room: int | None) -> str:
    """The title, then the note in brackets. In a room too small for both, the note has half of it,
    and what the title leaves."""
    title, note = render.one_line(row.title), render.one_line(row.note)
    if not note:
        return title if room is None else render.fitting(title, room)
    if room is None:
        return f"{title} ({note})"
    spare = max(room // 2, room - len(title) - 3)
    note = render.fitting(note, spare)
    return f"{render.fitting(title, room - len(note) - 3)} ({note})"


def _nothing(any_specs: bool, wanted: "Filters") -> str:
    if not any_specs:
        return "no specs yet; `chant add TITLE` writes the first"
    if wanted.labels or wanted.statuses or wanted.type:
        return "no such specs; `chant list --all` shows all"
    if wanted.ready:
        return "no spec is ready; `chant list` shows what each waits for"
    return "nothing is open; `chant list --all` shows what is finished"
