"""`chant demo`: everything once, in a scratch project."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, pass_invocation
from chant_ls.cli.failures import refuse
from chant_ls.cli.options import examples
from chant_ls.model.spec import short_id

if TYPE_CHECKING:
    from chant_ls.cli.tour.client import Client
    from chant_ls.cli.tour.project import Scratch


@click.command(
    epilog=examples(
        "chant demo",
        done="shown",
        refused="git is missing",
    )
)
@pass_invocation
def command(invocation: Invocation) -> None:
    """Show what chant does, in a scratch project.

    Specs, diagnostics, an agent run and its merge; the real programs, nothing of yours is touched.
    Needs git.
    """
    from chant_ls.cli.tour import project, stages
    from chant_ls.cli.tour.client import Client, ServerGone

    folder = Path(tempfile.mkdtemp(prefix="chant-demo-")).resolve()
    scratch = project.make(folder)
    stages.heading("A project with five specs")
    stages.chant(scratch.root, "list")
    stages.heading("Two of them depend on each other, one has mistakes")
    stages.chant(scratch.root, "lint")
    try:
        with Client([sys.executable, "-m", "chant_ls.lsp.main", "--stdio"], scratch.root) as client:
            _editor(client, scratch)
    except ServerGone as gone:
        refuse(f"the demo stopped: {gone}", f"the project is in {scratch.root}")
    stages.heading("Its work waits on a branch for review; merge it")
    stages.chant(scratch.root, "merge", short_id(project.READY))
    stages.heading("That unblocks the next one; work and merge it from the terminal")
    stages.chant(scratch.root, "work", short_id(project.BLOCKED), "--merge")
    stages.heading("Done")
    stages.chant(scratch.root, "list", "--all")
    _next_steps(scratch.root)


def _editor(client: "Client", scratch: "Scratch") -> None:
    from chant_ls.cli.tour import project, stages

    stages.opened(client, scratch)
    stages.heading(f"The language server, as an editor sees it: {short_id(project.BROKEN)}")
    stages.diagnostics(client, scratch)
    stages.heading(f"Hover on the dependency of {short_id(project.BLOCKED)}")
    stages.hover(client, scratch)
    stages.heading(f"Work on {short_id(project.READY)}, pressed in the editor")
    if not stages.work(client, scratch):
        refuse("the run did not complete", f"the project is in {scratch.root}")


def _next_steps(root: Path) -> None:
    render.out("")
    render.heading("Next steps")
    render.out(f"cd {root}")
    if not shutil.which("chant"):
        render.out(f'export PATH="{Path(sys.executable).parent}:$PATH"')
    render.out("chant show 003-brk          # the spec with mistakes")
    render.out("chant log 001-hlo           # what the agent said")
    render.out("chant dag                   # who waits for whom")
    render.out('In your own project: `chant init`, then `chant add "What is to be done"`.')
    render.out(f"Nothing else was written; {root.parent} may be deleted.")
    render.out("README.md tells how to use chant in VS Code and Neovim.")
