"""`chant work`: hand specs to agents, and watch them on a terminal."""

from typing import Any

import click

from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.options import OptionalCount, examples
from chant_ls.cli.working import of_every_run, run


@click.command(
    cls=OptionalCount,
    epilog=examples(
        "chant work 010-abc                        # one spec; its branch waits for `chant merge`",
        "chant work --chain 010-abc 011-def        # one after the other, merged as they go",
        "chant work --parallel --label v0.8.0      # all that are ready, and become ready",
        "chant work --parallel 3 --once --json     # three at once, one wave, for a program",
        done="all completed, or nothing was left to do",
        refused="something did not complete, or could not start",
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--chain", is_flag=True, help="One after the other, in the order given.")
@click.option(
    "--parallel",
    type=click.IntRange(min=0),
    metavar="[N]",
    help="All ready specs at once, at most N agents (else as the providers allow).",
)
@click.option(
    "--max-parallel", "--max", type=click.IntRange(min=1), metavar="N", help="At most N agents."
)
@click.option("--label", "labels", multiple=True, metavar="L", help="Only specs with this label.")
@click.option("--once", is_flag=True, help="Only what is ready now, nothing that becomes ready.")
@click.option("--keep-going", is_flag=True, help="Go on with a chain although one failed.")
@click.option("--allow-overlap", is_flag=True, help="Although another run has the same target.")
@click.option("--resume", is_flag=True, help="Go on in the worktree of the last attempt.")
@click.option("--fresh", is_flag=True, help="Keep earlier work on a branch and start over.")
@of_every_run
@pass_invocation
def command(
    invocation: Invocation,
    /,
    ids: tuple[str, ...],
    chain: bool,
    parallel: int | None,
    max_parallel: int | None,
    detach: bool,
    dry_run: bool,
    as_json: bool,
    **choices: Any,
) -> None:
    """Have agents work specs, in worktrees of their own.

    One spec, a chain of specs, or all that are ready. A driver stands for its members. Without ids,
    `--chain` and `--parallel` take every spec that is ready or becomes so.

    Ctrl+C on one spec pauses it. On several, the first starts nothing more, the second pauses what
    runs; `chant resume` goes on later.
    """
    from chant_ls.engine.jobs import WorkRequest

    several = parallel is not None or max_parallel is not None
    if not ids and not several and not chain:
        raise click.UsageError("name a spec, or all that are ready by --parallel or --chain")
    request = WorkRequest(
        ids,
        chain=chain,
        parallel=several,
        width=max_parallel or parallel or 0,
        trusted=True,
        **choices,
    )
    run(invocation, request, detach, dry_run, as_json)
