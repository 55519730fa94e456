"""`chant split`: a large spec becomes a driver with members."""

from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, confirmed, found, pass_invocation
from chant_ls.cli.failures import checked, refuse
from chant_ls.cli.options import examples
from chant_ls.model.spec import short_id
from chant_ls.model.words import counted

if TYPE_CHECKING:
    from chant_ls.engine.events import RunEvent
    from chant_ls.engine.operations.split import Split


@click.command(
    epilog=examples(
        "chant split 010-abc              # an agent proposes, you are asked, then it is written",
        "chant split 010-abc --dry-run    # only look at the proposal",
        "chant split 010-abc --research   # research first, then implement; without an agent",
        done="written, or shown by --dry-run",
        refused="refused, or the agent's answer could not be used; no file was changed",
    )
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--research", is_flag=True, help="Into research and implement, without an agent.")
@click.option("--model", default="", help="Another model for the agent.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@pass_invocation
def command(
    invocation: Invocation,
    ids: tuple[str, ...],
    research: bool,
    model: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Divide a large spec into members.

    The configured agent reads the spec and the project, in a checkout that is thrown away, and
    proposes members: title, text, criteria, files, and which waits for which. You see the proposal
    first. The spec then becomes their driver: it keeps its title, labels and dependencies, and is
    completed when its members are. All files are written in one commit, or none is.
    """
    from chant_ls.engine.operations.split import SplitRequest, propose, rehearsed, write

    if not (yes or dry_run or render.live()):
        refuse(
            "splitting writes files, and nobody is there to ask",
            f"`chant split {' '.join(ids)} -y` writes them, `--dry-run` only looks",
        )
    engine = invocation.engine()
    snapshot = engine.load()
    for id in [found(snapshot, text, archived=False) for text in ids]:
        request = SplitRequest(id, research, model, trusted=True)
        planned = checked(rehearsed(engine, request))
        invocation.say_all(f"will run: {agent}" for agent in planned.commands)
        split = checked(propose(engine, request, lambda event: _tell(invocation, event)))
        _show(split)
        if dry_run:
            continue
        confirmed(
            f"Write these {len(split.ids)} specs?",
            yes,
            f"`chant split {id} -y` writes them unasked",
        )
        done = checked(write(engine, split))
        render.out(f"Split: {id} into {counted(len(split.ids), 'member')}")
        if done.commit:
            invocation.say(f"commit {done.commit[:10]}")
        if done.note:
            invocation.say(done.note)


def _tell(invocation: Invocation, event: "RunEvent") -> None:
    from chant_ls.cli.story import line_of
    from chant_ls.engine.events import Entry

    line = line_of(Entry(event, ""))
    if line:
        invocation.say(line)


def _show(split: "Split") -> None:
    """The proposal; of a research split names and titles of its two files are
    enough."""
    for number, id in enumerate(split.ids):
        part = split.parts[number] if split.parts else None
        if part is None:
            render.heading(f"{id}  {_title(split, number)}")
            continue
        render.heading(f"{id}  {part.title}")
        waits = ", ".join(short_id(split.ids[n - 1]) for n in part.depends_on)
        lines = [*([f"depends on {waits}"] if waits else []), *part.target_files]
        lines += [f"- [ ] {criterion}" for criterion in part.criteria]
        render.out("\n".join(f"  {line}" for line in lines))


def _title(split: "Split", number: int) -> str:
    from chant_ls.syntax.document import parse

    return parse(split.created[number].text, split.id).facts.title or ""
