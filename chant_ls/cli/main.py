"""The `chant` program: global options, commands found by file name, exit codes."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import click

from chant_ls import __version__
from chant_ls.cli import commands
from chant_ls.cli.context import Invocation
from chant_ls.cli.failures import exit_code_of, obey_terminate


class Commands(click.Group):
    """Each module of `chant_ls.cli.commands` is a command of its name (`-` for `_`), imported when
    asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By what they are for; those that no section names come last."""
        named = {name for names in _SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in named)
        for title, names in (*_SECTIONS.items(), (_OTHERS, others)):
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [
                (name, one.get_short_help_str(62)) for name, one in found if one and not one.hidden
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Names the nearest command for one that is not there."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{_near(args[0], known)}")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


_SECTIONS = {
    "Begin": ("init", "demo", "doctor", "config"),
    "Write specs": ("add", "edit", "split", "lint", "approve", "reject"),
    "Look": ("list", "show", "dag", "search", "log", "diagnose", "export", "prep"),
    "Work and merge": ("work", "resume", "pause", "cancel", "reset", "merge"),
    "Tidy up": ("recover", "cleanup", "archive", "unarchive"),
}
_OTHERS = "For programs"

_MEANT = {"status": "list", "ls": "list", "new": "add", "create": "add", "run": "work"}


def _near(name: str, known: Sequence[str]) -> str:
    from chant_ls.model.likeness import alike

    near = _MEANT.get(name) or next(iter(alike(name, known, 1)), "")
    return f"; did you mean {near}?" if near else ""


_FIRST = """\b
To begin:
  chant init --provider claude    make this folder a project
  chant add "Fix the thing"       write a spec; its id is printed
  chant list                      what is ready, and what waits for what
  chant work ID                   have an agent work it, on a branch of its own
  chant merge ID                  merge it once you have looked

`chant COMMAND --help` shows examples."""


@click.command(
    cls=Commands, epilog=_FIRST, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("-C", "directory", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
@click.version_option(__version__, prog_name="chant")
@click.pass_context
def cli(ctx: click.Context, directory: str, quiet: bool) -> None:
    """Specs that AI agents execute: write them, see what is ready, work and merge them."""
    ctx.obj = Invocation(directory, quiet)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script. Never returns: exits by contract section 1."""
    obey_terminate()
    sys.exit(exit_code_of(lambda: cli.main(arguments, prog_name="chant", standalone_mode=False)))
