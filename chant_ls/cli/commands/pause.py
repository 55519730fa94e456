"""`chant pause`: stop an agent so that its work can be resumed."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant pause 010-abc",
        "chant resume 010-abc   # goes on in the same worktree",
        done="paused",
        refused="the spec is not being worked, or its agent ended by itself",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...]) -> None:
    """Stop an agent so that it can go on later.

    The worktree, branch and changes of the spec are kept.
    """
    from chant_ls.engine.operations.pause import pause

    engine = invocation.engine()
    snapshot = engine.load()
    for id in [found(snapshot, text, archived=False) for text in ids]:
        done = checked(pause(engine, id))
        render.out(f"Paused: {id}")
        invocation.say(f"its work is kept in {done.worktree}; `chant resume {id}` goes on")
        invocation.say_all(done.notes)
