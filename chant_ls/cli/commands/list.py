"""`chant list`: specs with their statuses, and why the blocked ones are."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.selection import STATUSES, Choice, title
from chant_ls.model.spec import SpecType


@click.command()
@click.option("--label", "labels", multiple=True, metavar="L", help="With any of these labels.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES))
@click.option("--type", "type", type=click.Choice([*SpecType]), help="Of this type.")
@click.option("--ready", is_flag=True, help="Only what can be worked now.")
@click.option("--all", "everything", is_flag=True, help="Completed and cancelled ones too.")
@click.option("--count", is_flag=True, help="Only how many.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
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
    """List specs in natural order. Finished ones are hidden unless asked for."""
    from chant_ls.analysis.summary import spec_json

    choice = Choice(labels, statuses, type or "", ready, everything)
    snapshot = invocation.app().load()
    every = (spec_json(snapshot, id) for id in snapshot.graph.ids)
    rows = [row for row in every if choice.takes(row)]
    if count:
        render.out(str(len(rows)))
    elif as_json:
        render.data(rows)
    elif rows:
        render.columns(((row["id"], row["status"], title(row)) for row in rows), styled=1)
    else:
        invocation.say(_nothing(bool(snapshot.files), choice))


def _nothing(any_specs: bool, choice: Choice) -> str:
    if not any_specs:
        return 'no specs yet; `chant add "What is to be done"` writes the first'
    if choice.ready:
        return "no spec is ready; `chant list` shows what each waits for"
    return "no such specs; `chant list --all` shows all"
