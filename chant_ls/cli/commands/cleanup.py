"""`chant cleanup`: remove what finished runs left behind."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, confirmed, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.engine.sweeping import Leftover

_SHOWN = 5
"""So many ignored files of a worktree are named."""


@click.command(
    epilog=examples(
        "chant cleanup --dry-run    # what would go, what stays and why, and how large it is",
        "chant cleanup              # the same, then asks",
        "chant cleanup -y           # without asking, as in a script",
        done="cleaned, or nothing to clean",
        refused="nobody was there to ask, or something could not be removed",
    )
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; sizes in bytes.")
@pass_invocation
def command(invocation: Invocation, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove what finished runs left behind.

    That is worktrees and branches whose work is merged, and stale files of old runs. Only what this
    project's runs made is looked at. A worktree that is in use, holds changes that are not
    committed, or work that is not merged stays, and the reason is shown. Files that git ignores
    (build output, .env) are named; those that exist nowhere else are copied aside first. Specs,
    logs and the records of runs are never touched.
    """
    from chant_ls.engine.operations.cleanup import Cleaned, clean, look

    engine = invocation.engine()
    found = checked(look(engine))
    if not as_json:
        _tell("would remove" if dry_run else "to remove", found.going)
        _tell("stays", found.staying)
    if dry_run or not found.going:
        done = Cleaned((), found.staying)
    else:
        question = f"Remove {len(found.going)} ({render.size(found.bytes)})?"
        confirmed(
            question,
            yes,
            "`chant cleanup -y` goes on unasked, `chant cleanup --dry-run` only looks",
        )
        done = checked(clean(engine, found))
    if as_json:
        removed = found.going if dry_run else done.removed
        rows = {"removed": _rows(removed), "kept": _rows(done.staying)}
        render.data({"dry_run": dry_run, **rows, "bytes": sum(one.bytes for one in removed)})
    elif not found.going:
        invocation.say("nothing to clean up")
    elif not dry_run:
        invocation.say_all(done.notes)
        _tell("not removed", done.staying[len(found.staying) :])
        size = render.size(sum(one.bytes for one in done.removed))
        render.out(f"Removed: {len(done.removed)} ({size})")
    if len(done.staying) > len(found.staying):
        raise click.exceptions.Exit(REFUSED)


def _tell(word: str, leftovers: "Iterable[Leftover]") -> None:
    for one in leftovers:
        size = f" ({render.size(one.bytes)})" if one.bytes else ""
        branch = f", branch {one.branch}" if one.branch and not one.why else ""
        render.out(f"{word}: {one.kind} {one.name}{size}{branch}{one.why and ': ' + one.why}")
        if one.ignored and not one.why:
            more = f" and {len(one.ignored) - _SHOWN} more" if len(one.ignored) > _SHOWN else ""
            render.out(f"  ignored files in it: {', '.join(one.ignored[:_SHOWN])}{more}")


def _rows(leftovers: "Iterable[Leftover]") -> list[dict[str, object]]:
    return [asdict(one) for one in leftovers]
