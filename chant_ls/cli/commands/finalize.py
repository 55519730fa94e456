"""`chant finalize`: complete by hand what an agent did not."""

from dataclasses import asdict

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant takeover 010-abc           # stops the agent and shows where its work lies",
        "chant finalize 010-abc           # once you have ended it there",
        "chant finalize 010-abc --merge   # and merges it",
        done="completed, with --merge also merged",
        refused="a box is open, a check fails or nothing was done, and it stays as it was; or it "
        "is completed and could not be merged",
    )
)
@click.argument("id")
@click.option("--merge", is_flag=True, help="Merge it at once.")
@click.option("--skip-criteria", is_flag=True, help="Complete although boxes are open.")
@click.option("--allow-no-commits", is_flag=True, help="Complete although nothing was changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(
    invocation: Invocation,
    id: str,
    merge: bool,
    skip_criteria: bool,
    allow_no_commits: bool,
    as_json: bool,
) -> None:
    """Complete a spec whose work you ended by hand.

    For a spec that is paused, failed or needs attention. What you changed in its worktree is
    committed on its branch; its criteria and their checks are asked as after an agent. It is then
    completed and waits for `chant merge`.
    """
    from chant_ls.engine.operations.finalize import FinalizeRequest, finalize

    request = FinalizeRequest(id, merge, skip_criteria, allow_no_commits, trusted=True)
    done = checked(finalize(invocation.engine(), request))
    if as_json:
        render.data(asdict(done))
    else:
        render.out(f"{'Merged' if done.merged else 'Completed'}: {done.id}")
        invocation.say_all(done.notes)
        if not merge:
            invocation.say(f"`chant merge {done.id}` merges it")
    if merge and not done.merged:
        raise click.exceptions.Exit(REFUSED)
