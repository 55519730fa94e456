"""`chant work`: hand specs to agents, and watch them on a terminal."""

from typing import TYPE_CHECKING, Any

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import OptionalCount

if TYPE_CHECKING:
    from chant_ls.engine.operations.work import WorkPlan


@click.command(cls=OptionalCount)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--chain", is_flag=True, help="One after the other, in the order given.")
@click.option(
    "--parallel",
    type=click.IntRange(min=0),
    metavar="[N]",
    help="All ready specs at once, at most N agents (else as the providers allow).",
)
@click.option("--max-parallel", type=click.IntRange(min=1), metavar="N", help="At most N agents.")
@click.option("--label", "labels", multiple=True, metavar="L", help="Only specs with this label.")
@click.option("--merge/--no-merge", default=None, help="Merge what is completed, or leave it.")
@click.option("--prompt", default="", metavar="NAME", help="Another prompt of .chant/prompts.")
@click.option("--model", default="", help="Another model.")
@click.option("--keep-going", is_flag=True, help="Go on with a chain although one failed.")
@click.option("--skip-criteria", is_flag=True, help="Complete although boxes are open.")
@click.option("--allow-no-commits", is_flag=True, help="Complete although nothing was changed.")
@click.option("--allow-overlap", is_flag=True, help="Although another run has the same target.")
@click.option("--resume", is_flag=True, help="Go on in the worktree of the last attempt.")
@click.option("--fresh", is_flag=True, help="Keep earlier work on a branch and start over.")
@click.option("--detach", is_flag=True, help="Return once the agent runs; `chant log` shows it.")
@click.option("--dry-run", is_flag=True, help="Only show what would run.")
@pass_invocation
def command(
    invocation: Invocation,
    /,
    ids: tuple[str, ...],
    parallel: int | None,
    max_parallel: int | None,
    detach: bool,
    dry_run: bool,
    **choices: Any,
) -> None:
    """Work a spec, a chain of specs or all that are ready, by agents in worktrees of their own."""
    several = parallel is not None or max_parallel is not None
    if not ids and not several:
        raise click.UsageError("name a spec, or all that are ready by --parallel")
    from chant_ls.cli.watch import watch
    from chant_ls.engine.jobs import WorkRequest
    from chant_ls.engine.operations.work import plan, rehearsed, work

    width = max_parallel or parallel or 0
    request = WorkRequest(ids, parallel=several, width=width, trusted=True, **choices)
    engine = invocation.engine()
    if dry_run:
        _show(checked(rehearsed(engine, request)))
        return
    planned = checked(plan(engine, request))
    job = checked(work(engine, request))
    invocation.say_all(f"runs: {_indented(line)}" for line in planned.commands)
    if detach:
        invocation.say(f"started; `chant log {job.specs[0]}` shows it")
        return
    raise click.exceptions.Exit(watch(engine, job, invocation.quiet))


def _show(planned: "WorkPlan") -> None:
    for id, commands in planned.by_spec:
        render.out("\n".join([f"would work {id}", *(f"  {_indented(one, 2)}" for one in commands)]))


def _indented(text: str, by: int = len("runs: ")) -> str:
    """Further lines stand below the first."""
    return text.rstrip().replace("\n", "\n" + " " * by)
