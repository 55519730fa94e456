"""`chant export`: specs as JSON, CSV or a Markdown table."""

from pathlib import Path

import click

from chant_ls.cli import render
from chant_ls.cli.commands.list import TYPES
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import refuse
from chant_ls.cli.options import examples
from chant_ls.model.spec import Status


@click.command(
    epilog=examples(
        "chant export > specs.json",
        "chant export --format csv --fields all -o specs.csv",
        "chant export --format markdown --status completed --label v1",
        done="exported; no match gives an empty list or table",
        refused="a field does not exist, or the file cannot be written",
    )
)
@click.option("--format", "format", type=click.Choice(["json", "csv", "markdown"]), default="json")
@click.option("--fields", default="", metavar="A,B,...", help="Columns; `all` for all there are.")
@click.option("--label", "labels", multiple=True, metavar="L", help="With any of these labels.")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in Status]),
    help="With any of these statuses.",
)
@click.option("--type", "type", type=click.Choice(TYPES), default=None, help="Of this type.")
@click.option("--ready", is_flag=True, help="Only what can be worked now.")
@click.option("--private", is_flag=True, help="Specs labelled `private` too.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Into this file.")
@pass_invocation
def command(
    invocation: Invocation,
    format: str,
    fields: str,
    labels: tuple[str, ...],
    statuses: tuple[str, ...],
    type: str | None,
    ready: bool,
    private: bool,
    output: Path | None,
) -> None:
    """Write specs as JSON, CSV or Markdown.

    All active specs, finished ones too, as a table for other programs.
    Without --fields: id, type, status, title, labels, model, completed_at. Statuses are those of
    `chant list`. Specs with the label `private` are left out unless you ask for them.
    """
    from chant_ls.analysis import export
    from chant_ls.analysis.summary import Filters, listed

    names = _names(fields)
    snapshot = invocation.app().load()
    wanted = Filters(labels, tuple(map(Status, statuses)), type or "", ready, all=True)
    rows = export.export_rows(snapshot, listed(snapshot, wanted), names, private)
    text = export.rendered(rows, names, export.Format(format))
    if output is None:
        render.out_raw(text)
        return
    place = invocation.folder / output
    try:
        place.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        refuse(f"cannot write {place}: {error.strerror}", "name a file in a folder that exists")
    invocation.say(f"{len(rows)} specs written to {place}")


def _names(fields: str) -> tuple[str, ...]:
    from chant_ls.analysis.export import DEFAULT, FIELDS

    if not fields:
        return DEFAULT
    names = FIELDS if fields == "all" else tuple(n.strip() for n in fields.split(",") if n.strip())
    unknown = next((name for name in names if name not in FIELDS), None)
    if unknown is not None:
        refuse(f"there is no field {unknown!r}", f"one of: {', '.join(FIELDS)}")
    return names
