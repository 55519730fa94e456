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
        done="shown",
        refused="there is no such run",
    )
)
@click.argument("id")
@click.option("-n", "lines", type=click.IntRange(min=0), default=0, help="Last N lines only.")
@click.option("--follow/--no-follow", default=None, help="Wait for more while the agent works.")
@click.option("--run", "run", default="latest", metavar="N|latest|all", help="Which attempt.")
@pass_invocation
def command(invocation: Invocation, id: str, lines: int, follow: bool | None, run: str) -> None:
    """Show what the agent of a spec said.

    On a terminal it goes on while the agent works.
    """
    from chant_ls.engine.operations.log import LogRequest, log, tail

    engine = invocation.app().engine
    shown = checked(log(engine, LogRequest(id, lines, run)))
    render.out_raw(shown.text)
    while shown.running and (render.live() if follow is None else follow):
        time.sleep(POLL_SECONDS)
        shown = tail(engine, shown)
        render.out_raw(shown.text)
