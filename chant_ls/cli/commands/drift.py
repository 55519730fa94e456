"""`chant drift`: completed specs whose inputs have changed since."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.engine.operations.drift import Drift


@click.command(
    epilog=examples(
        "chant drift                   # all completed specs",
        "chant drift 010-abc --json",
        "chant drift --mark            # those that drifted need attention from now on",
        done="nothing drifted, as far as can be known",
        refused="something drifted",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--mark", is_flag=True, help="Those that drifted need attention; else only look.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], mark: bool, as_json: bool) -> None:
    """Find completed specs whose inputs have changed since.

    Inputs are what a spec names in tracks, origin and informed_by: files, folders, globs, sections
    (`path#heading`) and other specs. They are compared by content with the commit that completed
    the spec, so a clone or a checkout is no change. `chant verify` tells whether the spec still
    holds, `chant reset` has it worked again.
    """
    from chant_ls.engine.operations.drift import State, drift

    engine = invocation.engine() if mark else invocation.app().engine
    found = checked(drift(engine, ids, mark))
    if as_json:
        render.data([asdict(one) for one in found])
    else:
        for one in found:
            _tell(invocation, one, bool(ids))
        if not any(one.state is State.DRIFTED for one in found):
            invocation.say(f"nothing drifted ({len(found)} completed)")
    if any(one.state is State.DRIFTED for one in found):
        raise click.exceptions.Exit(REFUSED)


def _tell(invocation: Invocation, one: "Drift", asked: bool) -> None:
    """Specs that are as they were are named only where they were asked for."""
    from chant_ls.engine.operations.drift import State

    words = {
        State.UP_TO_DATE: "up to date",
        State.NOTHING_NAMED: "names nothing in tracks, origin or informed_by",
        State.UNKNOWN: "cannot be told",
    }
    if one.state is State.DRIFTED:
        render.out(f"{one.id}: drifted{', marked' if one.marked else ''}")
        for each in one.differences:
            render.out(f"  {each.how}: {each.path} ({each.field})")
    elif asked or one.state is State.UNKNOWN:
        render.out(f"{one.id}: {words[one.state]}")
    if one.state is State.UNKNOWN and not one.since:
        render.out("  the commit that completed it is not in this repository")
    for path in one.beyond_git:
        render.out(f"  git ignores {path}, so nobody knows how it was")
    invocation.say_all(one.notes)
