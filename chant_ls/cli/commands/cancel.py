"""`chant cancel`: stop the work of a spec and drop the spec; its branch and worktree stay."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, agreed, found, pass_invocation
from chant_ls.cli.options import examples
from chant_ls.model.spec import short_id


@click.command(
    epilog=examples(
        "chant cancel 010-abc       # asks before it stops an agent",
        "chant cancel 010-abc -y    # in a script",
        "chant reset 010-abc        # brings it back",
        done="cancelled; what no longer waits for it is named",
        refused="refused, or nobody was there to ask",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a running agent is stopped.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], yes: bool) -> None:
    """Stop the agent of a spec and drop the spec.

    Its file says `cancelled` from now on. Branch and worktree stay, so no work is lost. Specs that
    waited for it do so no longer.
    """
    from chant_ls.engine.operations.cancel import CancelRequest, cancel

    engine = invocation.engine()
    snapshot = engine.load()
    for id in [found(snapshot, text, archived=False) for text in ids]:
        done = agreed(lambda sure: cancel(engine, CancelRequest(id, sure)), yes)  # noqa: B023 called here
        render.out(f"Cancelled: {done.id}")
        if done.worktree:
            invocation.say(f"its work is kept in {done.worktree} (branch {done.branch})")
        if done.frees:
            invocation.say(f"no longer waiting for it: {', '.join(map(short_id, done.frees))}")
        invocation.say_all(done.notes)
