"""`chant config`: the configuration as it counts, and whether it is right."""

from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.app import App


@click.command(
    epilog=examples(
        "chant config              # every setting as it counts now",
        "chant config --validate   # what is wrong with .chant/config.md, line by line",
        done="shown, or valid",
        refused="--validate found something",
    )
)
@click.option("--validate", is_flag=True, help="Only say what is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, validate: bool, as_json: bool) -> None:
    """Show the settings in force.

    They are those of .chant/config.md over your own (~/.config/chant/config.md). Settings that
    nobody set show their built-in value, marked (default). What is wrong
    with .chant/config.md is told too.
    """
    app = invocation.app()
    if validate:
        _validate(invocation, app, as_json)
        return
    from chant_ls.model.effective import effective, shown

    broken = _problems(app)
    rows = effective(app.config())
    if as_json:
        render.data({row.key: row.value for row in rows})
    for row in () if as_json else rows:
        render.out(f"{row.key}: {shown(row.value)}{' (default)' if row.default else ''}".rstrip())
    for problem in broken:
        render.note(f"error: {problem}")
    if broken:
        raise click.exceptions.Exit(REFUSED)


def _validate(invocation: Invocation, app: "App", as_json: bool) -> None:
    problems = _problems(app)
    if as_json:
        render.data({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            render.out(problem)
        if not problems:
            invocation.say("the configuration is valid")
    if problems:
        raise click.exceptions.Exit(REFUSED)


def _problems(app: "App") -> list[str]:
    from chant_ls.engine.operations.doctor import State, check_config

    return [check.message for check in check_config(app.engine) if check.state is State.BAD]
