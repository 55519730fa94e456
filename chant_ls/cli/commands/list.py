"""`chant list`: specs with their statuses, and why the blocked ones are."""

import gc
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.options import examples
from chant_ls.model.spec import TYPE_ALIASES, SpecType, Status

if TYPE_CHECKING:
    from chant_ls.analysis.summary import Filters

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
        shown = rows(snapshot, ids)
        render.columns(((r.id, r.status.value, _title(r.title, r.note)) for r in shown), styled=1)
    else:
        invocation.say(_nothing(bool(snapshot.files), wanted))


def _title(title: str, note: str) -> str:
    return f"{title} ({note})" if note else title


def _nothing(any_specs: bool, wanted: "Filters") -> str:
    if not any_specs:
        return "no specs yet; `chant add TITLE` writes the first"
    if wanted.labels or wanted.statuses or wanted.type:
        return "no such specs; `chant list --all` shows all"
    if wanted.ready:
        return "no spec is ready; `chant list` shows what each waits for"
    return "nothing is open; `chant list --all` shows what is finished"
