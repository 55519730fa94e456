"""`chant doctor`: is everything there that runs need?"""

from dataclasses import asdict

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant doctor          # what is well, what is not, and the next step",
        "chant doctor --json   # the same for programs",
        done="runs can start",
        refused="something must be done first",
    )
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, as_json: bool) -> None:
    """Check that this machine and project are fit for runs.

    Git, identity, main branch, configuration, agents, prompts, interrupted runs. Nothing is
    changed. Each line that is not well names its next step.
    """
    from chant_ls.engine.operations.doctor import State, doctor

    report = doctor(invocation.app().engine)
    if as_json:
        render.data({"ok": report.well, "checks": [asdict(check) for check in report.checks]})
    else:
        shown = [c for c in report.checks if c.state is not State.OK or not invocation.quiet]
        for check in shown:
            step = f" (next: {check.next})" if check.next else ""
            render.out(f"{check.state:<4}  {check.name}: {check.message}{step}")
    if not report.well:
        raise click.exceptions.Exit(REFUSED)
