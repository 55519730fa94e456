"""All output of the command line goes through here: cleaned, coloured only on a terminal."""

import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import click

from chant_ls.model.json_text import json_text
from chant_ls.model.refusal import Refusal

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

STATUS_COLOURS = {
    "ready": "green",
    "in_progress": "cyan",
    "paused": "yellow",
    "blocked": "yellow",
    "failed": "red",
    "needs_attention": "red",
    "completed": "blue",
    "cancelled": "bright_black",
}

_SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan", "hint": "bright_black"}


def clean(text: str) -> str:
    """The text without escape sequences, control and bidirectional characters; lines stay."""
    return _UNPRINTABLE.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    plain = text.isascii() and text.isprintable()
    return " ".join((text if plain else clean(text)).split())


def out(text: str) -> None:
    """A result, on stdout. `text` is of anyone's making, so it is cleaned."""
    click.echo(clean(text))


def out_raw(text: str) -> None:
    """A piece of a result, its own newlines kept; nothing for no text."""
    click.echo(clean(text), nl=False)


def data(value: object) -> None:
    """A result as JSON; control characters are escaped by it."""
    click.echo(json_text(value))


def line(value: object) -> None:
    """One of many results, as JSON on a line of its own."""
    click.echo(json_text(value, indent=None))


def note(text: str) -> None:
    """A word to the person at the terminal, on stderr."""
    click.echo(clean(text), err=True)


def heading(text: str) -> None:
    click.echo(click.style(clean(text), bold=True))


def refusal(refused: Refusal) -> None:
    """What is wrong, its details, then the next step."""
    click.echo(click.style("error: ", fg="red") + clean(refused.message), err=True)
    for line in clean("\n".join(refused.details)).splitlines():
        if line.strip():
            click.echo(f"  {line}", err=True)
    if refused.hint:
        click.echo(click.style("hint: ", fg="cyan") + clean(refused.hint), err=True)


@lru_cache
def status(word: str, width: int = 0) -> str:
    """The status word, padded, then coloured."""
    return click.style(word.ljust(width), fg=STATUS_COLOURS.get(word))


def columns(rows: Iterable[Sequence[str]], styled: int | None = None) -> None:
    """Rows of cells, aligned but for the last; column `styled` is coloured as a status."""
    table = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    lines = []
    for row in table:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        if styled is not None:
            padded[styled] = status(row[styled], widths[styled])
        lines.append("  ".join([*padded, row[-1]]).rstrip() + "\n")
    click.echo("".join(lines), nl=False)


def fitting(text: str, room: int) -> str:
    """At most so many columns of a terminal, cut with `…`; a wide character takes two."""
    width = 0
    for at, char in enumerate(text):
        width += _width(char)
        if width > room - (at + 1 < len(text)):
            return f"{text[:at].rstrip()}…"
    return text


def _width(char: str) -> int:
    return 1 if char.isascii() else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def room() -> int | None:
    """Columns of the terminal that shows our results; None where none does."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fields(pairs: Iterable[tuple[str, str]]) -> None:
    """`name  value` lines, aligned; names without a value are left out."""
    kept = [(name, one_line(value)) for name, value in pairs if value]
    width = max(len(name) for name, _ in kept)
    for name, value in kept:
        click.echo(f"{click.style(name.ljust(width), dim=True)}  {value}")


def finding(place: str, severity: str, message: str, code: str) -> None:
    """One diagnostic: `path:line:column: severity: message [code]`."""
    word = click.style(severity, fg=_SEVERITY_COLOURS.get(severity))
    click.echo(f"{one_line(place)}: {word}: {one_line(message)} [{code}]")


def size(bytes: int) -> str:
    """`1.5 MB`."""
    number, units = float(bytes), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while number >= 999.5 and unit != "TB":
        number, unit = number / 1000, next(units)
    return f"{number:.0f} {unit}" if unit == "B" or number >= 99.5 else f"{number:.1f} {unit}"


def live() -> bool:
    """Whether a person watches: only then is anything drawn over or asked."""
    return sys.stdout.isatty() and sys.stdin.isatty()
