"""`chant unarchive`: bring archived specs back."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant unarchive 010-abc   # a driver brings its members along",
        done="brought back",
        refused="a spec is unknown or not archived; then none was moved",
    )
)
@click.argument("archived_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--no-commit", is_flag=True, help="Only move the files.")
@pass_invocation
def command(invocation: Invocation, archived_ids: tuple[str, ...], no_commit: bool) -> None:
    """Bring archived specs back.

    They return to .chant/specs with the status they had.
    """
    from chant_ls.engine.operations.archive import plan_back, unarchive

    engine = invocation.engine()
    planned = checked(plan_back(engine, archived_ids))
    done = checked(unarchive(engine, planned, not no_commit))
    invocation.say_all(done.notes)
    for one in done.moves:
        render.out(f"Unarchived: {one.id}")
