"""`chant edit`: open a spec in the editor of `$VISUAL` or `$EDITOR`."""

import sys

import click

from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.failures import refuse


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...]) -> None:
    """Open a spec in your editor ($VISUAL, $EDITOR)."""
    if not sys.stdin.isatty():
        refuse("there is no terminal to edit in", "`chant show ID` names the file: open that")
    app = invocation.app()
    snapshot = app.load()
    for id in [found(snapshot, text, archived=True) for text in ids]:
        file = snapshot.find(id)
        assert file is not None, "an id that was found"
        click.edit(filename=str(app.root / file.path))
