"""`chant prep`: the text of a spec as an agent needs it."""

import re

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.options import examples

_LEFTOVERS = re.compile(r"agent conversation|agent output|execution result", re.IGNORECASE)
_SECTIONS = re.compile(r"^(?=## )", re.MULTILINE)


@click.command(
    epilog=examples(
        "chant prep 010-abc --clean | my-agent",
        done="printed",
        refused="there is no such spec",
    )
)
@click.argument("id")
@click.option("--clean", is_flag=True, help="Without what earlier runs wrote into it.")
@pass_invocation
def command(invocation: Invocation, id: str, clean: bool) -> None:
    """Print the text of a spec, for an agent to read.

    For agents that chant does not start itself. Nothing is changed.
    """
    snapshot = invocation.app().load()
    file = snapshot.find(found(snapshot, id, archived=True))
    assert file is not None, "an id that was found"
    body = file.text[file.document.body.start :].strip()
    render.out(_cleaned(body) if clean else body)


def _cleaned(body: str) -> str:
    sections = _SECTIONS.split(body)
    return "".join(s for s in sections if not _LEFTOVERS.search(s.partition("\n")[0])).strip()
