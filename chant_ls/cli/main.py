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

COMPLETES = "_CHANT_COMPLETE"
"""What click's shell completion sets for a program named chant."""

GROUPS = {
    "Start here": ("demo", "init", "add", "edit", "split", "lint", "approve", "reject", "lsp"),
    "Run": ("work", "log", "pause", "resume", "takeover", "finalize", "cancel", "reset"),
    "Merge": ("merge", "verify", "drift"),
    "Look": ("list", "show", "search", "dag", "diagnose", "export", "prep"),
    "Keep house": (
        *("archive", "unarchive", "cleanup", "recover"),
        *("doctor", "config", "completion"),
    ),
}
"""Of the overview; a command that is in none stands in the last."""


class Commands(click.Group):
    """Each module of `chant_ls.cli.commands` is a command of its name (`-` for `_`), imported when
    asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In groups, each with its whole first sentence."""
        known = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        shown = {name: one for name, one in known.items() if one and not one.hidden}
        named = {name for names in GROUPS.values() for name in names}
        *_, last = GROUPS
        for group, names in GROUPS.items():
            more = [name for name in shown if name not in named] if group == last else []
            rows = [(n, _sentence(shown[n])) for n in (*names, *more) if n in shown]
            with formatter.section(group):
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
        if COMPLETES in os.environ:
            from chant_ls.cli.completing import complete_from_project

            complete_from_project(command)
        return command


def _sentence(command: click.Command) -> str:
    return command.get_short_help_str(limit=1000)


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

`chant COMMAND --help` tells all about one command, with examples.

Exit code 0: done; 1: refused or failed; 2: wrong usage; 3: a bug of chant; 130: interrupted."""


@click.command(
    cls=Commands, epilog=_FIRST, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("-C", "directory", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
@click.version_option(__version__, prog_name="chant")
@click.pass_context
def cli(ctx: click.Context, directory: str, quiet: bool) -> None:
    """Specs that AI agents execute: write them, see what is ready, work and merge them.

    An ID may be short: 010-abc for 2026-01-29-010-abc.
    """
    ctx.obj = Invocation(directory, quiet)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script. Never returns: exits by contract section 1."""
    obey_terminate()
    sys.exit(exit_code_of(lambda: cli.main(arguments, prog_name="chant", standalone_mode=False)))
