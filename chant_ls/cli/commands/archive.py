"""`chant archive`: put finished specs away."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, confirmed, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples
from chant_ls.model.words import counted


@click.command(
    epilog=examples(
        "chant archive 010-abc          # one spec; a driver takes its members along",
        "chant archive --older-than 30  # all that was finished 30 days ago or earlier",
        "chant archive --dry-run        # what would go, and who still names it",
        done="archived, or nothing to archive",
        refused="a spec is not finished, or not merged; then none was moved",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--older-than", type=click.IntRange(min=1), metavar="DAYS", help="Finished before.")
@click.option("--dry-run", is_flag=True, help="Only say what would be archived.")
@click.option("--no-commit", is_flag=True, help="Only move the files.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pass_invocation
def command(
    invocation: Invocation,
    ids: tuple[str, ...],
    older_than: int | None,
    dry_run: bool,
    no_commit: bool,
    yes: bool,
) -> None:
    """Put finished specs away.

    Moves completed and cancelled specs to .chant/archive; without an ID, all of them. Archived
    specs are out of the way of `chant list`; `chant show` still finds them, and specs that depend
    on them stay satisfied. The move is one commit of these files alone; what you have staged stays
    staged. `chant unarchive` brings a spec back.
    """
    from chant_ls.engine.operations.archive import ArchiveRequest, archive, plan

    if ids and older_than:
        raise click.UsageError("name the specs, or use --older-than")
    engine = invocation.engine()
    planned = checked(plan(engine, ArchiveRequest(ids, older_than or 0)))
    invocation.say_all(f"note: {warning}" for warning in planned.warnings)
    word = "Would archive" if dry_run else "Archived"
    if not planned.moves:
        invocation.say("nothing to archive")
    elif not dry_run:
        if not ids:
            count = counted(len(planned.moves), "spec")
            confirmed(f"Archive {count}?", yes, "`chant archive -y` does it unasked")
        done = checked(archive(engine, planned, not no_commit))
        invocation.say_all(done.notes)
    for one in planned.moves:
        render.out(f"{word}: {one.id}")
