"""`chant reset`: back to pending; work that is not merged moves to an attempt branch."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, agreed, found, pass_invocation
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant reset 010-abc       # asks where work is not merged yet",
        "chant reset 010-abc -y    # keeps that work on another branch, unasked",
        done="pending again",
        refused="refused, or nobody was there to ask",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("-y", "--yes", is_flag=True, help="Do not ask although there is unmerged work.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], yes: bool) -> None:
    """Make a spec pending again.

    Work that is not merged is kept on a branch of its own, which is named.
    """
    from chant_ls.engine.operations.reset import ResetRequest, reset

    engine = invocation.engine()
    snapshot = engine.load()
    for id in [found(snapshot, text, archived=False) for text in ids]:
        done = agreed(lambda sure: reset(engine, ResetRequest(id, sure)), yes)  # noqa: B023 called here
        render.out(f"Reset: {done.id}")
        if done.kept:
            invocation.say(f"its earlier work is kept on branch {done.kept}")
        invocation.say_all(done.notes)
