"""`chant resume`: go on in the worktree that an earlier attempt left."""

from typing import Any

import click

from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.options import examples
from chant_ls.cli.working import of_every_run, run


@click.command(
    epilog=examples(
        "chant resume 010-abc            # on with it, watched",
        "chant resume 010-abc --merge    # and merged once it is completed",
        done="completed",
        refused="there is nothing to go on with, or it did not complete",
    )
)
@click.argument("id")
@of_every_run
@pass_invocation
def command(
    invocation: Invocation, /, id: str, detach: bool, dry_run: bool, as_json: bool, **choices: Any
) -> None:
    """Go on with a spec that was paused or failed.

    Its agent is started again in the worktree of the last attempt, where its work still is.
    """
    from chant_ls.engine.jobs import WorkRequest

    request = WorkRequest((id,), resume=True, trusted=True, **choices)
    run(invocation, request, detach, dry_run, as_json)
