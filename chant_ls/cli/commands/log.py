"""`chant log`: what the agent said."""

import time

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples

POLL_SECONDS = 0.2


@click.command(
    epilog=examples(
        "chant log 010-abc            # the newest attempt; follows while its agent works",
        "chant log 010-abc -n 20 --run all",
        "chant log 010-abc --json     # its events, with what the agent used",
        done="shown",
        refused="there is no such run",
    )
)
@click.argument("id")
@click.option("-n", "lines", type=click.IntRange(min=0), default=0, help="Last N lines only.")
@click.option("--follow/--no-follow", default=None, help="Wait for more while the agent works.")
@click.option("--run", "run", default="latest", metavar="N|latest|all", help="Which attempt.")
@click.option("--json", "as_json", is_flag=True, help="Print its events, one JSON object a line.")
@pass_invocation
def command(
    invocation: Invocation, id: str, lines: int, follow: bool | None, run: str, as_json: bool
) -> None:
    """Show what the agent of a spec said.

    On a terminal it goes on while the agent works.
    """
    from chant_ls.engine.operations.log import LogRequest, journal, log, tail

    engine, request = invocation.app().engine, LogRequest(id, lines, run)
    follow = render.live() if follow is None else follow
    if as_json:
        for entry in checked(journal(engine, request, follow)):
            render.line(entry.to_json())
        return
    shown = checked(log(engine, request))
    render.out_raw(shown.text)
    while shown.running and follow:
        time.sleep(POLL_SECONDS)
        shown = tail(engine, shown)
        render.out_raw(shown.text)
