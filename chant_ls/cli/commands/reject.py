"""`chant reject`: disagree that a spec may be worked."""

import click

from chant_ls.cli.commands.approve import decide
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        'chant reject 010-abc --by Ann --reason "too wide"',
        done="rejected",
        refused="refused, or somebody is at it",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--by", required=True, metavar="NAME", help="Who rejects.")
@click.option("--reason", default="", help="Why.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], by: str, reason: str) -> None:
    """Reject a spec that waits for a person.

    It is not worked until somebody approves it. Who decided, when and why is written into the spec
    and committed.
    """
    decide(invocation, ids, by, reason, approved=False)
