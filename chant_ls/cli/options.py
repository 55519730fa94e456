"""Forms of options that click does not know by itself."""

import click


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
