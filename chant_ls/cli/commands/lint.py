"""`chant lint`: what an editor would underline."""

from typing import TYPE_CHECKING, Any

import click

from chant_ls.cli import render
from chant_ls.cli.context import Invocation, found, pass_invocation
from chant_ls.cli.failures import REFUSED, checked
from chant_ls.cli.options import examples
from chant_ls.model.likeness import alike
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import Snapshot
    from chant_ls.app import App


@click.command(
    epilog=examples(
        "chant lint                       # all specs, configuration and prompts",
        "chant lint 010-abc --fix         # apply what leaves no choice",
        "chant lint --explain unknown-field   # the page of a diagnostic",
        done="no errors",
        refused="an error was found",
    )
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--fix", is_flag=True, help="Apply the fixes that leave no choice.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--explain", metavar="CODE", default="", help="Print the page of a diagnostic.")
@pass_invocation
def command(
    invocation: Invocation, ids: tuple[str, ...], fix: bool, as_json: bool, explain: str
) -> None:
    """Check specs and configuration.

    Each finding is shown with its file, line and code.
    """
    if explain:
        render.out(checked(_page(explain)))
        return
    _lint(invocation, ids, fix, as_json)


def _page(code: str) -> str | Refusal:
    """Needs no project: the page comes from the program itself."""
    from chant_ls.analysis.rules import RULES
    from chant_ls.analysis.rules.pages import page

    if code in RULES:
        return page(RULES[code]).rstrip()
    near = alike(code, RULES, 1)
    known = f"did you mean `chant lint --explain {near[0]}`?" if near else ", ".join(sorted(RULES))
    return Refusal(f"there is no diagnostic {code!r}", known)


def _lint(invocation: Invocation, ids: tuple[str, ...], fix: bool, as_json: bool) -> None:
    from chant_ls.cli.findings import papers_of, report

    app = invocation.app()
    snapshot = app.load()
    names = [found(snapshot, text, archived=False) for text in ids]
    if fix:
        snapshot = _fixed(app, snapshot, names, invocation)
    told = report(snapshot, names, {} if names else papers_of(app))
    if as_json:
        render.data(told)
    else:
        _print(told, invocation)
    if told["errors"]:
        raise click.exceptions.Exit(REFUSED)


def _fixed(
    app: "App", snapshot: "Snapshot", names: list[SpecId], invocation: Invocation
) -> "Snapshot":
    from chant_ls.cli.fixing import fix_files

    fixed = fix_files(invocation.engine().specs, snapshot, names)
    invocation.say_all(f"fixed {path}: {_count(n, 'change')}" for path, n in fixed.items())
    return app.load()


def _print(told: dict[str, Any], invocation: Invocation) -> None:
    for finding in told["diagnostics"]:
        start = finding["range"]["start"]
        place = f"{finding['path']}:{start['line'] + 1}:{start['character'] + 1}"
        render.finding(place, finding["severity"], finding["message"], finding["code"])
    invocation.say(f"{_count(told['errors'], 'error')}, {_count(told['warnings'], 'warning')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
