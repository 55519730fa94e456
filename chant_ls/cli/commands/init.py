"""`chant init`: make a folder a chant project."""

import os

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples
from chant_ls.model.refusal import Refusal


@click.command(
    epilog=examples(
        "chant init --provider claude",
        "chant init --main-branch trunk   # change one choice later",
        done="made, or as it was",
        refused="a choice is not known",
    )
)
@click.option("--name", default="", metavar="N", help="Name of the project; else found out.")
@click.option("--provider", default="", metavar="P", help="The agent that works specs.")
@click.option("--main-branch", default="", metavar="B", help="The branch that work starts from.")
@pass_invocation
def command(invocation: Invocation, name: str, provider: str, main_branch: str) -> None:
    """Make this folder a chant project.

    Again, it changes the choices that are named. Known agents: claude, codex, gemini, opencode, and
    shell, which runs the `sh` blocks of a spec.
    """
    from chant_ls.app import build_app, find_root
    from chant_ls.engine.operations.init import InitRequest, init, next_steps
    from chant_ls.engine.operations.merge_driver import register

    root = find_root(invocation.folder)
    folder = invocation.folder if isinstance(root, Refusal) else root
    engine = build_app(folder, os.environ).engine
    done = checked(init(engine, InitRequest(name, provider, main_branch)))
    for path in done.made:
        render.out(f"Created {path}")
    if done.changed:
        render.out("Changed .chant/config.md")
    invocation.say_all(done.notes)
    invocation.say_all(checked(register(engine)))
    if done.made:
        invocation.say(f"next: {'; '.join(next_steps(build_app(folder, os.environ).engine))}")
    elif not done.changed:
        invocation.say(f"{folder} is a chant project already; nothing to do")
