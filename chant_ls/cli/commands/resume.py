"""`chant resume`: go on in the worktree that an earlier attempt left."""

import click

from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked


@click.command()
@click.argument("id")
@click.option("--prompt", default="", metavar="NAME", help="Another prompt of .chant/prompts.")
@pass_invocation
def command(invocation: Invocation, id: str, prompt: str) -> None:
    """Go on with a spec that was paused or failed."""
    from chant_ls.cli.watch import watch
    from chant_ls.engine.operations.resume import ResumeRequest, resume

    engine = invocation.engine()
    job = checked(resume(engine, ResumeRequest(id, prompt, trusted=True)))
    raise click.exceptions.Exit(watch(engine, job, invocation.quiet))
