"""Every page of help is one that a stranger understands: what, examples, exit codes."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from chant_ls.cli.main import GROUPS, cli
from tests.cli.running import chant
from tests.e2e.test_guide import parse

NAMES = cli.list_commands(click.Context(cli))
_EXAMPLE = re.compile(r"^ {4}(?:[A-Z]+=\S+ )?(chant .*)$", re.MULTILINE)


def page(name: str) -> str:
    told = CliRunner().invoke(cli, [name, "--help"], prog_name="chant", terminal_width=100)
    assert told.exit_code == 0, told
    return told.output


def about(name: str) -> str:
    """What stands between the usage and the options."""
    between = re.split(r"\n(?:Options|options):", page(name))[0]
    return " ".join(between.partition("\n\n")[2].split())


@pytest.mark.parametrize("name", [name for name in NAMES if name != "lsp"])
def test_page_says_what_it_does_and_shows_how(name: str) -> None:
    text = page(name)
    first, *more = re.split(r"(?<=\.) ", about(name))
    assert len(first) >= 15 and more, "a sentence that names it, others that explain it"
    assert "..." not in about(name)
    shown = _EXAMPLE.findall(text.partition("Examples:")[2])
    assert any(line.split()[1] == name for line in shown), text
    for line in shown:
        parse(re.split(r" +[>|]", line)[0])


def test_page_of_the_language_server_is_its_own(tmp_path: Path) -> None:
    text = chant(tmp_path, "lsp", "--help").stdout
    assert "chant lsp --stdio" in text and "trusted" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lint", "1: an error was found"),
        ("diagnose", "1: something is wrong"),
        ("work", "1: something did not complete"),
        ("merge-driver", "2: it could not be merged"),
    ],
)
def test_exit_codes_of_their_own_are_told(name: str, words: str) -> None:
    assert words in " ".join(page(name).partition("Exit code 0:")[2].split())


def overview() -> str:
    return CliRunner().invoke(cli, ["--help"], prog_name="chant", terminal_width=80).output


def _listing(text: str) -> str:
    return text.partition("Start here:")[2].partition("To begin:")[0]


def test_overview_groups_every_command_once() -> None:
    text = overview()
    assert [*re.findall(r"^(\S.*):$", text, re.MULTILINE)] == ["Options", *GROUPS]
    listed = re.findall(r"^  ([a-z-]+)  +\S", _listing(text), re.MULTILINE)
    hidden = {name for name in NAMES if cli.get_command(click.Context(cli), name).hidden}  # type: ignore[union-attr]
    assert sorted(listed) == sorted(set(NAMES) - hidden)


def test_overview_cuts_no_sentence() -> None:
    text = " ".join(_listing(overview()).split())
    assert "..." not in text and "…" not in text
    for name in NAMES:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None and command.help
        if not command.hidden:
            sentence = " ".join(command.help.split("\n\n")[0].split())
            assert sentence.endswith(".") and f" {name} {sentence}"[:-1] in f" {text}", name
