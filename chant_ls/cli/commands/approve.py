"""`chant approve`: agree that a spec may be worked."""

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples


@click.command(
    epilog=examples(
        "chant approve 010-abc --by Ann",
        'chant approve 010-abc 011-def --by Ann --reason "small and tested"',
        done="approved",
        refused="refused, or somebody is at it",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--by", required=True, metavar="NAME", help="Who approves.")
@click.option("--reason", default="", help="Why.")
@pass_invocation
def command(invocation: Invocation, ids: tuple[str, ...], by: str, reason: str) -> None:
    """Approve a spec that waits for a person.

    Who decided, when and why is written into the spec and committed. From then on it can be worked.
    """
    decide(invocation, ids, by, reason, approved=True)


def decide(
    invocation: Invocation, ids: tuple[str, ...], by: str, reason: str, *, approved: bool
) -> None:
    from chant_ls.engine.operations.approve import ApproveRequest, approve

    engine = invocation.engine()
    for id in ids:
        done = checked(approve(engine, ApproveRequest(id, by, approved, reason)))
        render.out(f"{'Approved' if done.approved else 'Rejected'}: {done.id}")
        invocation.say_all(done.notes)
