"""`chant takeover`: go on by hand where an agent stopped, or is stopped now."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, agreed, pass_invocation
from chant_ls.cli.options import examples

if TYPE_CHECKING:
    from chant_ls.engine.operations.takeover import Taken


@click.command(
    epilog=examples(
        "chant takeover 010-abc            # asks before it stops an agent",
        "chant takeover 010-abc --shell    # and opens a shell in its worktree",
        "chant finalize 010-abc            # once you have ended it there",
        done="the spec is yours",
        refused="there is no work of it, or nobody was there to ask",
    )
)
@click.argument("id")
@click.option("--shell", is_flag=True, help="Open a shell ($SHELL) in the worktree.")
@click.option(
    "-n", "lines", type=click.IntRange(min=1), default=20, help="Last N lines of its log."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before a running agent is stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_invocation
def command(
    invocation: Invocation, id: str, shell: bool, lines: int, yes: bool, as_json: bool
) -> None:
    """Stop the agent of a spec and go on by hand.

    The spec is paused. You are shown its worktree and branch, what was committed and what was not,
    the open criteria and the end of the log. `chant finalize` completes it once you are done,
    `chant resume` gives it back to an agent.
    """
    from chant_ls.engine.operations.takeover import TakeoverRequest, takeover

    engine = invocation.engine()
    taken = agreed(lambda sure: takeover(engine, TakeoverRequest(id, sure, lines)), yes)
    if as_json:
        render.data(_json(taken))
    else:
        render.fields(_fields(taken))
        _tell(taken)
        invocation.say(_next(taken))
    if shell:
        _open(taken)


def _next(taken: "Taken") -> str:
    if taken.state == "completed":
        return f"it is completed: `chant merge {taken.id}` merges it"
    return f"`chant finalize {taken.id}` completes it once you are done there"


def _fields(taken: "Taken") -> Iterator[tuple[str, str]]:
    yield "id", taken.id
    yield "state", taken.state.replace("_", " ") + (f": {taken.why}" if taken.why else "")
    yield "worktree", str(taken.folder)
    yield "branch", f"{taken.branch}, from {taken.base}"
    yield "spec", str(taken.copy)
    stat = taken.stat
    files = "1 file" if stat.files == 1 else f"{stat.files} files"
    yield "changed", f"{files}, +{stat.insertions} -{stat.deletions}"


def _tell(taken: "Taken") -> None:
    parts = {
        "commits": [f"{commit.sha[:10]} {commit.subject}" for commit in taken.commits],
        "not committed": taken.uncommitted,
        "open criteria": [f"- [ ] {text}" for text in taken.open_criteria],
        "end of the log": taken.log.splitlines(),
    }
    for title, lines in parts.items():
        if lines:
            render.heading(f"\n{title}")
            render.out("\n".join(f"  {line}" for line in lines))


def _json(taken: "Taken") -> dict[str, object]:
    paths = {"folder": str(taken.folder), "copy": str(taken.copy)}
    commits = [{"sha": one.sha, "subject": one.subject} for one in taken.commits]
    return {**asdict(taken), **paths, "commits": commits}


def _open(taken: "Taken") -> None:
    """The user's own shell, as if started there."""
    import os
    import subprocess

    shell = os.environ.get("SHELL") or "/bin/sh"
    subprocess.run([shell], cwd=taken.folder, check=False)
