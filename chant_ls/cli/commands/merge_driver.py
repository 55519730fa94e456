"""`chant merge-driver`: what git calls to merge a spec; registered by `chant init`."""

import os
from pathlib import Path

import click

from chant_ls.cli.options import examples

_CONFLICT, _ERROR = 1, 2


@click.command(
    hidden=True,
    epilog=examples("chant merge-driver base.md ours.md theirs.md")
    + "\n\nExit code 0: merged; 1: conflict, marked in OURS; 2: it could not be merged.",
)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
def command(base: Path, ours: Path, theirs: Path) -> int:
    """Merge three texts of a spec, as git asks for it.

    BASE and THEIRS are read, the result is written to OURS. `chant init` registers this with git.
    """
    from chant_ls.app import build_app
    from chant_ls.engine.git_port import GitError
    from chant_ls.engine.operations.merge_driver import drive

    try:
        texts = [path.read_bytes() for path in (base, ours, theirs)]
    except OSError as problem:
        click.echo(f"chant merge-driver: {problem}", err=True)
        return _ERROR
    done = drive(build_app(Path.cwd(), os.environ).engine.git, *texts)
    if isinstance(done, GitError):
        click.echo(f"chant merge-driver: {done}", err=True)
        return _ERROR
    text, conflict = done
    ours.write_bytes(text)
    return _CONFLICT if conflict else 0
