"""`chant search`: specs by words and fields, archived ones too."""

from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import Snapshot
    from chant_ls.analysis.summary import Row


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog=examples(
        "chant search lock                         # the word in id, title or text",
        "chant search '\"lock file\" -label:docs'    # a phrase, without a label",
        "chant search status:ready,blocked since:2w",
        done="searched, whether something was found or not",
        refused="a status, type or date that does not exist",
    ),
)
@click.argument("query", nargs=-1, required=True, metavar="QUERY...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, query: tuple[str, ...], as_json: bool) -> None:
    """Find specs by words and fields.

    Archived specs are searched too; a spec is found if it satisfies all terms. A term is a word, a
    "phrase in quotes", or field:value with any of: id, title, body, status, type, label,
    depends_on, informed_by, target, prompt, provider, archived:yes, since and until (by the day of
    the id: 2026-01-22, or 7d, 2w, 3m ago). A comma means or; a minus before a term means not. Upper
    and lower case are the same in words, not in labels.
    """
    from chant_ls.analysis.query import parse, search
    from chant_ls.analysis.summary import rows, spec_json

    snapshot = invocation.app().load()
    ids = checked(search(snapshot, parse(" ".join(query))))
    if as_json:
        put_away = snapshot.graph.archived
        render.data([{**spec_json(snapshot, id), "archived": put_away(id)} for id in ids])
        return
    shown = [(r.id, r.status.value, _title(snapshot, r)) for r in rows(snapshot, ids)]
    if shown:
        render.columns(shown, styled=1)
    invocation.say(f"{len(ids)} found" if ids else "nothing found; `chant search --help` shows how")


def _title(snapshot: "Snapshot", row: "Row") -> str:
    notes = (row.note, "archived" if snapshot.graph.archived(row.id) else "")
    return " ".join([row.title, *(f"({note})" for note in notes if note)])
