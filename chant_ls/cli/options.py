"""Forms of options that click does not know by itself."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class OptionalCount(click.Command):
    """`--parallel` with or without a number behind it: `--parallel a b` takes `a` as an id."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [*_explicit(args)])


def _explicit(args: list[str]) -> list[str]:
    following = [*args, ""][1:]
    return [
        "--parallel=0" if arg == "--parallel" and not after.isdecimal() else arg
        for arg, after in zip(args, following, strict=True)
    ]


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator; in the page of help they stand in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def examples(*lines: str, done: str = "", refused: str = "") -> str:
    """The end of a help page: examples as they are typed, and what the exit codes 0 and 1 mean
    where they say more than `done` and `refused or failed`."""
    shown = "\n".join(f"  {line}" for line in lines)
    codes = (
        f"Exit code 0: {done or 'done'}; 1: {refused or 'refused or failed'}; 2: wrong usage; "
        "3: a bug of chant; 130: interrupted."
    )
    return f"\b\nExamples:\n{shown}" + (f"\n\n{codes}" if done or refused else "")
