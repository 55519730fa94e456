"""`chant show`: one spec with what chant knows about it."""

from collections.abc import Iterator
from typing import Any

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.selection import remark


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], as_json: bool) -> None:
    """Show a spec: status, what it waits for, criteria, run, text."""
    from chant_ls.analysis.summary import spec_json

    snapshot = invocation.app().load()
    names = [found(snapshot, text, archived=True) for text in ids]
    rows = [spec_json(snapshot, id) for id in names]
    if as_json:
        render.data(rows if len(rows) > 1 else rows[0])
        return
    for id, row in zip(names, rows, strict=True):
        file = snapshot.find(id)
        assert file is not None
        render.fields(_fields(row))
        render.out("\n" + file.text[file.document.body.start :].strip() + "\n")


def _fields(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told = remark(row)
    yield "id", row["id"]
    yield "title", row["title"]
    yield "type", row["type"]
    yield "status", row["status"] + (f" ({told})" if told else "")
    for key in ("labels", "depends_on", "informed_by", "target_files"):
        yield key, ", ".join(row[key])
    yield "criteria", f"{row['criteria']['done']}/{row['criteria']['total']}"
    run = row["run"] or {}
    yield "run", " ".join(str(run[key]) for key in ("id", "state", "started_at") if run.get(key))
    yield "worktree", run.get("worktree") or ""
    yield "branch", run.get("branch") or ""
    yield "path", row["path"]
