"""`chant add`: write a new spec."""

from typing import Any

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import checked
from chant_ls.cli.options import examples
from chant_ls.model.spec import TYPE_ALIASES, SpecType

TYPES = [*(kind.value for kind in SpecType), *TYPE_ALIASES]


@click.command(
    epilog=examples(
        'chant add "Fix data loss" --label v0.8.0 --target src/store.py',
        'chant add "Use RwLock" --depends-on 010-abc --informed-by docs/locks.md',
        'chant add --research "Why is it slow?"',
        'chant add --research "Faster locks" --then-implement   # two specs, one for each',
        done="written; the id is printed",
        refused="the id, type or a reference is not sound; nothing was written",
    )
)
@click.argument("title", nargs=-1, required=True)
@click.option("--type", "type", type=click.Choice(TYPES), default="code", help="What kind of work.")
@click.option("--label", "labels", multiple=True, metavar="L", help="May be repeated; or a,b.")
@click.option("--depends-on", multiple=True, metavar="ID", help="What must be merged before.")
@click.option("--informed-by", multiple=True, metavar="X", help="Spec, file or folder to read.")
@click.option("--target", "targets", multiple=True, metavar="PATH", help="File it will write.")
@click.option("--prompt", default="", metavar="P", help="A prompt of .chant/prompts.")
@click.option("--needs-approval", is_flag=True, help="A person must approve it first.")
@click.option("--research", is_flag=True, help="Of type research, with questions and a target.")
@click.option("--then-implement", is_flag=True, help="And a spec that waits for that research.")
@click.option("--commit/--no-commit", default=True, help="Commit it alone, or only write it.")
@pass_invocation
def command(
    invocation: Invocation,
    /,
    title: tuple[str, ...],
    labels: tuple[str, ...],
    research: bool,
    then_implement: bool,
    **choices: Any,
) -> None:
    """Write a new spec.

    Its id is printed. The file gets a commit of its own on the current branch; what you have staged
    stays staged. Write down in it what is wanted, and by which criteria one sees that it is done.

    Type `code`, the default, changes code. `task` and `research` find out and write it down, and
    change no code; `documentation` writes from its sources. `driver` and `group` hold members.

    With --research the spec asks questions, and its findings go to .chant/research (or to --target
    alone). With --then-implement a second spec waits for it and reads what it found; type, prompt
    and targets are those of the second.
    """
    from chant_ls.engine.operations.add import AddRequest, add
    from chant_ls.engine.operations.add_research import add_research

    if then_implement and not research:
        raise click.UsageError("--then-implement goes with --research")
    request = AddRequest(" ".join(title), labels=_split(labels), **choices)
    engine = invocation.app().engine
    if research:
        done = checked(add_research(engine, request, then_implement))
    else:
        done = (checked(add(engine, request)),)
    for one in done:
        render.out(f"Created spec: {one.id}")
        invocation.say_all([one.note] if one.note else [])


def _split(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.strip() for label in labels for one in label.split(",") if one.strip())
