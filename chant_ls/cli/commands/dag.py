"""`chant dag`: who waits for whom."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.options import examples

FORMATS = ("tree", "dot", "mermaid", "json")


@click.command(
    epilog=examples(
        "chant dag                              # a tree in the terminal",
        "chant dag --format mermaid > specs.mmd",
        "chant dag 010-abc --label epic",
        done="shown",
        refused="refused",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--format", "format", type=click.Choice(FORMATS), default="tree", show_default=True)
@click.option("--label", "labels", multiple=True, metavar="L", help="From specs with this label.")
@pass_invocation
def command(
    invocation: Invocation, ids: tuple[str, ...], format: str, labels: tuple[str, ...]
) -> None:
    """Show who waits for whom.

    A tree for people, or a graph for other programs: dot (Graphviz), mermaid, json.
    """
    from chant_ls.analysis.dag import Format, dag
    from chant_ls.analysis.summary import Filters, listed

    snapshot = invocation.app().load()
    start = [found(snapshot, text, archived=True) for text in ids]
    labelled = listed(snapshot, Filters(labels=labels, all=True)) if labels else ()
    chosen = [*start, *labelled] if ids or labels else None
    render.out(dag(snapshot, Format(format), chosen).rstrip("\n"))
