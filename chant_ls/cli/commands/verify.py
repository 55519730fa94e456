"""`chant verify`: whether what was completed still holds."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples
from chant_ls.model.refusal import Refusal

if TYPE_CHECKING:
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.events import RunEvent
    from chant_ls.engine.operations.verify import Verified, VerifyRequest


@click.command(
    epilog=examples(
        "chant verify 010-abc              # one spec",
        "chant verify --all --label v1     # all completed ones with this label",
        "chant verify 010-abc --dry-run    # what would be run",
        done="looked at; on a terminal also if a criterion fails",
        refused="refused; without a terminal or with --exit-code also: a criterion fails",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that is completed and merged.")
@click.option("--label", "labels", multiple=True, metavar="L", help="All of those with this label.")
@click.option("--prompt", default="", metavar="NAME", help="Another prompt than verify.")
@click.option("--model", default="", help="Another model for the agent.")
@click.option("--dry-run", is_flag=True, help="Only show what would be run.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a criterion fails.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(
    invocation: Invocation,
    ids: tuple[str, ...],
    everything: bool,
    labels: tuple[str, ...],
    prompt: str,
    model: str,
    dry_run: bool,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Check again whether the criteria of completed specs hold.

    In a checkout of the main branch that is thrown away. A criterion that carries a check is
    decided by it; the configured agent judges the others. The result is written into the spec: one
    that failed needs attention from now on, one that passes again is completed.
    """
    from chant_ls.engine.operations.verify import VerifyRequest, rehearsed, verifiable

    if bool(ids) == (everything or bool(labels)):
        raise click.UsageError("name the specs, or choose them by --all or --label")
    engine = invocation.engine()
    requests = [
        VerifyRequest(id, prompt, model, trusted=True) for id in ids or verifiable(engine, labels)
    ]
    if dry_run:
        for request in requests:
            lines = [f"would verify {request.id}", *checked(rehearsed(engine, request))]
            render.out("\n  ".join(lines))
        return
    done = [_one(invocation, engine, request, as_json) for request in requests]
    if as_json:
        render.data([_json(request.id, one) for request, one in zip(requests, done, strict=True)])
    elif not requests:
        invocation.say("nothing is completed, merged and has criteria")
    failing = any(isinstance(one, Refusal) for one in done)
    if exit_code or not render.live():
        failing = failing or any(_failed(one) for one in done)
    if failing:
        raise click.exceptions.Exit(REFUSED)


def _one(
    invocation: Invocation, engine: "Engine", request: "VerifyRequest", as_json: bool
) -> "Verified | Refusal":
    """One that is refused stops no other."""
    from chant_ls.engine.operations.verify import rehearsed, verify

    planned = rehearsed(engine, request)
    if isinstance(planned, Refusal):
        render.refusal(planned)
        return planned
    invocation.say_all(f"will run: {line}" for line in planned)
    done = verify(engine, request, lambda event: _tell(invocation, event))
    if isinstance(done, Refusal):
        render.refusal(done)
    elif not as_json:
        _show(done)
        invocation.say_all(done.notes)
    return done


def _tell(invocation: Invocation, event: "RunEvent") -> None:
    from chant_ls.cli.story import line_of
    from chant_ls.engine.events import Entry

    line = line_of(Entry(event, ""))
    if line:
        invocation.say(line)


def _show(done: "Verified") -> None:
    render.out(f"{done.id}: {done.outcome}")
    for one in done.criteria:
        render.out(f"  {one.verdict.upper()}  {render.one_line(one.text)}: {one.evidence}")


def _failed(done: "Verified | Refusal") -> bool:
    from chant_ls.engine.operations.verify import Outcome

    return not isinstance(done, Refusal) and done.outcome is Outcome.FAILED


def _json(id: str, done: "Verified | Refusal") -> dict[str, object]:
    if isinstance(done, Refusal):
        return {"id": id, "error": done.message, "hint": done.hint}
    return asdict(done)
