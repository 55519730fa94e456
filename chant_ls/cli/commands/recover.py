"""`chant recover`: after a crash, set right what it left behind."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant recover --dry-run",
        "chant recover",
        done="done, or nothing had to be",
        refused="the repository is locked",
    )
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@pass_invocation
def command(invocation: Invocation, dry_run: bool) -> None:
    """Set right what a crash left behind.

    Runs that died are told from runs that live; what they were doing is finished or undone, and
    work that somebody merged by hand is noted as merged. One line for each; twice is once.
    """
    from chant_ls.engine.operations.recover import RecoverRequest, recover

    done = checked(recover(invocation.engine(), RecoverRequest(dry_run)))
    for line in done.actions:
        render.out(line)
    if not done.actions:
        invocation.say("nothing to recover")
