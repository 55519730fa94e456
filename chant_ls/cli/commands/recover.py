"""`chant recover`: after a crash, set right what it left behind."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@pass_invocation
def command(invocation: Invocation, dry_run: bool) -> None:
    """Tell runs that died from runs that live, and finish or undo what they were doing."""
    from chant_ls.engine.operations.recover import RecoverRequest, recover

    done = checked(recover(invocation.engine(), RecoverRequest(dry_run)))
    for line in done.actions:
        render.out(line)
    if not done.actions:
        invocation.say("nothing to recover")
