"""`chant merge`: completed work into its main branch."""

from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.operations.merge import MergeItem, MergeResult


@click.command(
    epilog=examples(
        "chant merge 010-abc                   # one finished branch; a driver means its members",
        "chant merge --all --dry-run           # what would be merged, and what conflicts",
        "chant merge --all --rebase --auto     # each rebased; an agent settles conflicts",
        "chant merge --continue                # a conflict is settled by hand: go on",
        "chant merge --abort                   # take that merge back",
        done="merged, or nothing was left to merge",
        refused="something could not be merged; its folder or its next command is named",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All completed work.")
@click.option("--rebase", is_flag=True, help="Rebase each branch onto main before its merge.")
@click.option("--auto", is_flag=True, help="Go on unasked; an agent settles conflicts.")
@click.option("--dry-run", is_flag=True, help="Only say what would be merged, and what conflicts.")
@click.option("--continue", "go_on", is_flag=True, help="A conflict is settled: go on.")
@click.option("--abort", is_flag=True, help="Take back the merge that waits at a conflict.")
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
    go_on: bool,
    abort: bool,
    allow_protected: bool,
    yes: bool,
) -> None:
    """Merge completed work into the main branch.

    Your checkout is left alone but for the files that the merge changes. The old tip of main is
    kept under a ref that is named. Where a branch conflicts nothing is merged: the conflict waits
    in a folder of its own until you settle it there, or take it back.
    """
    from chant_ls.engine.operations import merge as verb
    from chant_ls.engine.operations import merge_waiting

    if [bool(ids), everything, go_on, abort].count(True) != 1:
        raise click.UsageError("name specs, or give one of --all, --continue and --abort alone")
    if (abort and (rebase or auto or dry_run)) or (go_on and (rebase or dry_run)):
        raise click.UsageError("`--continue` goes with --auto alone, `--abort` with nothing")
    engine = invocation.engine()
    if abort:
        back = checked(merge_waiting.take_back(engine, invocation.hear))
        render.out(f"{back.id}: its merge was taken back; all is as before")
        return
    if go_on:
        request = merge_waiting.GoOnRequest(auto, allow_protected, trusted=True)
        _tell(invocation, checked(merge_waiting.go_on(engine, request, invocation.hear)))
        return
    if everything and not (yes or auto or dry_run) and render.live():
        _ask(engine)
    wanted = verb.MergeRequest(ids, everything, dry_run, allow_protected, rebase, auto, True)
    _tell(invocation, checked(verb.merge(engine, wanted, invocation.hear)))


def _ask(engine: "Engine") -> None:
    from chant_ls.engine.operations.merge import waiting

    ids = waiting(engine)
    if ids:
        names = "\n".join(f"  {id}" for id in ids)
        click.confirm(f"{names}\nMerge {len(ids)}?", default=True, abort=True, err=True)


def _tell(invocation: Invocation, done: "MergeResult") -> None:
    for item in done.items:
        _show(invocation, item)
    if not done.items:
        invocation.say("nothing to merge")
    if not done.well:
        raise click.exceptions.Exit(REFUSED)


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
