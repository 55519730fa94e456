"""`chant diagnose`: why a spec stands as it does."""

from dataclasses import asdict

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant diagnose 010-abc          # file, status, run, worktree, branch, prompt, agent",
        "chant diagnose 010-abc --json   # the same for programs",
        done="nothing is wrong with it (it may still wait for others)",
        refused="something is wrong; each such line names the next step",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], as_json: bool) -> None:
    """Explain how a spec stands and what to do next.

    `bad` is wrong and must be dealt with, `note` is worth knowing. Nothing is changed. What
    concerns the whole project or this machine is told by `chant doctor`.
    """
    from chant_ls.engine.operations.diagnose import diagnose

    engine = invocation.app().engine
    reports = [checked(diagnose(engine, text)) for text in ids]
    if as_json:
        rows = [
            {"id": id, "ok": report.well, "checks": [asdict(check) for check in report.checks]}
            for id, report in reports
        ]
        render.data(rows if len(rows) > 1 else rows[0])
    else:
        for id, report in reports:
            render.heading(id)
            for check in report.checks:
                step = f" (next: {check.next})" if check.next else ""
                render.out(f"{check.state:<4}  {check.name}: {check.message}{step}")
    if not all(report.well for _, report in reports):
        raise click.exceptions.Exit(REFUSED)
