"""`chant completion`: what a shell needs to complete commands, options, ids and labels."""

import click

from chant_ls.cli import render
from chant_ls.cli.options import examples

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=examples(
        "chant completion bash >> ~/.bashrc",
        "chant completion zsh >> ~/.zshrc       # behind `compinit`",
        "chant completion fish > ~/.config/fish/completions/chant.fish",
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what makes your shell complete chant.

    Commands, options and their values are completed, and from the project you are in: ids with
    their titles, labels, prompts. Needs bash 4.4 or later, zsh or fish.
    """
    from click.shell_completion import get_completion_class

    from chant_ls.cli.main import COMPLETES

    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    render.out(kind(ctx.find_root().command, {}, "chant", COMPLETES).source())
