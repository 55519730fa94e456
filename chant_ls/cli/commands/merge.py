"""`chant merge`: completed work into its main branch."""

from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.operations.merge import MergeItem


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All completed work.")
@click.option("--rebase", is_flag=True, help="Onto main as it stands now, which is always so.")
@click.option("--auto", is_flag=True, help="Go on unasked; what conflicts is told and left as is.")
@click.option("--dry-run", is_flag=True, help="Only say what would be merged.")
@click.option("--allow-protected", is_flag=True, help="Although it changes protected files.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pass_invocation
def command(
    invocation: Invocation,
    ids: tuple[str, ...],
    everything: bool,
    rebase: bool,
    auto: bool,
    dry_run: bool,
    allow_protected: bool,
    yes: bool,
) -> None:
    """Merge completed work. Main's old tip is kept."""
    from chant_ls.engine.operations.merge import MergeRequest, merge

    if bool(ids) == everything:
        raise click.UsageError("name the specs to merge, or use --all alone")
    engine = invocation.engine()
    if everything and not (yes or auto or dry_run) and render.live():
        _ask(engine)
    request = MergeRequest(ids, everything, dry_run, allow_protected)
    done = checked(merge(engine, request))
    for item in done.items:
        _show(invocation, item)
    if not done.items:
        invocation.say("nothing to merge")
    if not done.well:
        raise click.exceptions.Exit(REFUSED)


def _ask(engine: "Engine") -> None:
    waiting = [run.spec for run in engine.load().runs.values() if run.unmerged]
    if waiting:
        names = "\n".join(f"  {id}" for id in waiting)
        click.confirm(f"{names}\nMerge {len(waiting)}?", default=True, abort=True, err=True)


def _show(invocation: Invocation, item: "MergeItem") -> None:
    if item.refusal:
        render.refusal(item.refusal)
        return
    commit = f" as {item.commit[:10]}" if item.commit else ""
    target = f" into {item.target}" if item.target else ""
    render.out(f"{item.id}: {item.outcome}{target}{commit}")
    if item.undo:
        invocation.say(f"  before it: {item.undo}")
    invocation.say_all(f"  {note}" for note in item.notes)
