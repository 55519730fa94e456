"""What `chant work` and `chant resume` do with a request: show it, start it, watch it."""

from typing import TYPE_CHECKING, Any, TypeVar

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from chant_ls.engine.commands import WorkPlan
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.jobs import WorkRequest

Command = TypeVar("Command", bound="Callable[..., Any]")

of_every_run = together(
    click.option("--merge/--no-merge", default=None, help="Merge what is completed, or leave it."),
    click.option("--prompt", default="", metavar="NAME", help="Another prompt of .chant/prompts."),
    click.option("--model", default="", help="Another model."),
    click.option("--skip-criteria", is_flag=True, help="Complete although boxes are open."),
    click.option("--allow-no-commits", is_flag=True, help="Complete although nothing was changed."),
    click.option(
        "--detach", is_flag=True, help="Return once the agent runs; `chant log` shows it."
    ),
    click.option("--dry-run", is_flag=True, help="Only show what would run."),
    click.option("--json", "as_json", is_flag=True, help="One event a line, as JSON."),
)
"""Options of both commands: `detach`, `dry_run`, `as_json`, and fields of a WorkRequest."""


def run(
    invocation: Invocation, request: "WorkRequest", detach: bool, dry_run: bool, as_json: bool
) -> None:
    if request.contradiction:
        raise click.UsageError(request.contradiction)
    engine = invocation.engine()
    if dry_run:
        _rehearse(invocation, engine, request, as_json)
    else:
        _start(invocation, engine, request, detach, as_json)


def _rehearse(
    invocation: Invocation, engine: "Engine", request: "WorkRequest", as_json: bool
) -> None:
    from chant_ls.engine.operations.work import rehearsed

    planned = checked(rehearsed(engine, request))
    if as_json:
        specs = [{"id": id, "commands": list(commands)} for id, commands in planned.by_spec]
        render.data({"first": list(planned.first), "specs": specs})
        return
    for line in planned.first:
        render.out(f"first: {line}")
    for id, commands in planned.by_spec:
        render.out("\n".join([f"would work {id}", *(f"  {_indented(one, 2)}" for one in commands)]))
    for _, why in planned.left_out:
        render.out(f"left out: {why}")
    if not planned.specs:
        invocation.say("nothing is left to do")


def _start(
    invocation: Invocation,
    engine: "Engine",
    request: "WorkRequest",
    detach: bool,
    as_json: bool,
) -> None:
    from chant_ls.cli import interrupting  # noqa: F401 loaded before there is a job to interrupt
    from chant_ls.cli.watch import watch
    from chant_ls.engine.jobs import AllDone
    from chant_ls.engine.operations.work import work

    def begin(planned: "WorkPlan") -> None:
        invocation.say_all(f"left out: {why}" for _, why in planned.left_out)
        invocation.say_all(f"runs: {_indented(line)}" for line in planned.commands)

    answer = work(engine, request, invocation.hear, begin)
    if isinstance(answer, AllDone):
        invocation.say(str(answer))
        return
    job = checked(answer)
    if detach:
        invocation.say(f"started; `chant log {job.specs[0]}` shows it")
    else:
        raise click.exceptions.Exit(watch(engine, job, invocation.quiet, as_json))


def _indented(text: str, by: int = len("runs: ")) -> str:
    """Further lines stand below the first."""
    return text.rstrip().replace("\n", "\n" + " " * by)
