"""`chant show`: one spec with what chant knows about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.options import examples
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import Snapshot


@click.command(
    epilog=examples(
        "chant show 010-abc",
        "chant show 010-abc --json",
        done="shown",
        refused="there is no such spec",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], as_json: bool) -> None:
    """Show a spec with what chant knows about it.

    Status, what it waits for, its run with worktree and branch, then its text. Archived specs are
    found too.
    """
    from chant_ls.analysis.summary import spec_json

    snapshot = invocation.app().load()
    names = [found(snapshot, text, archived=True) for text in ids]
    if as_json:
        rows = [spec_json(snapshot, id) for id in names]
        render.data(rows if len(rows) > 1 else rows[0])
        return
    for id in names:
        _show(snapshot, id)


def _show(snapshot: "Snapshot", id: SpecId) -> None:
    file = snapshot.find(id)
    assert file is not None, "an id that was found"
    render.fields(_fields(snapshot, id))
    body = file.text[file.document.body.start :].strip()
    render.out(f"\n{body}\n")


def _fields(snapshot: "Snapshot", id: SpecId) -> Iterator[tuple[str, str]]:
    from chant_ls.analysis.readiness import effective_status
    from chant_ls.analysis.summary import merged, note

    facts, run, file = snapshot.facts(id), snapshot.run(id), snapshot.find(id)
    assert facts is not None and file is not None, "an id that was found"
    told = note(snapshot, id)
    yield "id", id
    yield "type", facts.type
    yield "status", effective_status(snapshot, id) + (f" ({told})" if told else "")
    yield "labels", ", ".join(facts.labels)
    yield "depends_on", ", ".join(facts.depends_on or ())
    yield "informed_by", ", ".join(facts.informed_by)
    yield "target_files", ", ".join(facts.target_files)
    later = (
        " here; those of its branch come with the merge"
        if snapshot.run(id) and merged(snapshot, id) is False
        else ""
    )
    yield "criteria", f"{facts.criteria.done}/{facts.criteria.total}{later}"
    if run:
        yield "run", f"{run.run} {'interrupted' if run.interrupted else run.state} {run.started_at}"
        yield ("why" if run.state is RunState.PAUSED else "error"), run.error
        yield "used", run.usage.words() if run.usage else ""
    if run and not run.merged:
        yield "worktree", run.worktree
        yield "branch", run.branch
    yield "path", file.path
