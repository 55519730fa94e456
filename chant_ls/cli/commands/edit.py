"""`chant edit`: open a spec in the editor of `$VISUAL` or `$EDITOR`."""

import sys

import click

from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.failures import refuse
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant edit 010-abc",
        "EDITOR=nano chant edit 010 011",
        done="the editor ended well",
        refused="there is no editor, or no such spec",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...]) -> None:
    """Open a spec in your editor.

    The editor is that of $VISUAL or $EDITOR. Nothing is committed.
    """
    if not sys.stdin.isatty():
        refuse("there is no terminal to edit in", "`chant show ID` names the file: open that")
    app = invocation.app()
    snapshot = app.load()
    for id in [found(snapshot, text, archived=True) for text in ids]:
        file = snapshot.find(id)
        assert file is not None, "an id that was found"
        click.edit(filename=str(app.root / file.path))
