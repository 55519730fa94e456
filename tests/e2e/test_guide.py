"""Every command string that users, agents or editors are shown parses (architecture, 7)."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from chant_ls.cli.main import cli
from tests.cli.running import REPOSITORY
from tests.matrix import Row

GUIDE = (
    'chant add "Research security issue" --type task --label security',
    'chant add "Fix data loss" --type code --label v0.8.0 --label fix',
    "chant list --label breaking-change",
    "chant list",
    "chant work --parallel --label storage-overhaul",
    "chant work --parallel --label v0.8.0 --max-parallel 3",
    "chant work --parallel 3",
    "chant work --parallel abc def",
    "chant list --label v0.8.0 --status in_progress",
    "chant merge --all --rebase --auto",
    "chant merge 2026-01-29-010-abc",
    "chant merge 2026-01-29-011-def --rebase",
    "chant work --chain spec1 spec2 spec3",
    "chant log 2026-01-29-010-abc",
    "chant cancel 2026-01-29-010-abc",
    "chant log 010 -n 20 --no-follow --run all",
    "chant show 010 --json",
    "chant lint 010 011 --fix --json",
    "chant -C elsewhere -q list --all --ready --count --json --type code",
    "chant dag --format mermaid",
    "chant add T --depends-on 010 --informed-by a.md --target src",
    "chant add T --prompt research --needs-approval --no-commit",
    "chant init --name demo --provider claude",
    "chant approve 010 --by me --reason fine",
    "chant reject 010 --by me",
    "chant reset 010",
    "chant resume 010",
    "chant recover",
    "chant merge 010 --dry-run -y",
)
_SPANS = re.compile(r"`(chant [^`\n]*)`")
_PLACEHOLDERS = re.compile(r"\{[^{}]*\}|<[^<>]*>|…|\.\.\.")


def parse(text: str) -> None:
    """Raises what click raises for wrong usage. Runs nothing."""
    words = shlex.split(text.partition("|")[0], comments=True)[1:]
    try:
        context = cli.make_context("chant", words)
        _, command, arguments = cli.resolve_command(context, [*_rest(context)])
        assert command is not None
        if len(words) > 1:  # a name alone only mentions the command
            command.make_context(command.name, arguments, parent=context)
    except click.exceptions.Exit:
        pass  # `--help`, `--version`


def _rest(context: click.Context) -> Iterator[str]:
    """The command's name and its arguments, as a group keeps them."""
    yield from context._protected_args
    yield from context.args


@pytest.mark.parametrize("text", GUIDE)
@pytest.mark.scenario(Row.COMMANDS)
def test_command_of_the_guide_parses(text: str) -> None:
    parse(text)


def shown() -> Iterator[tuple[str, str]]:
    """Where and what: commands in code spans and shell blocks of documents, hints and prompts."""
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "editors").rglob("README.md")]
    for path in [*documents, *(REPOSITORY / "chant_ls").rglob("*.md")]:
        if "node_modules" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield from ((path.name, found) for found in _SPANS.findall(text))
            yield from ((path.name, line.strip()) for line in _shell_lines(text))
    for path in (REPOSITORY / "chant_ls").rglob("*.py"):
        for found in _SPANS.findall(_joined(path.read_text(encoding="utf-8"))):
            yield path.name, found


def _shell_lines(text: str) -> Iterator[str]:
    for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            if line.strip().startswith("chant "):
                yield line


def _joined(source: str) -> str:
    """String literals that stand side by side over lines are one."""
    return re.sub(r'"\s*\n\s*f?"', "", source)


def _filled(text: str) -> str:
    """Placeholders stand for an id."""
    return _PLACEHOLDERS.sub("010", text)


@pytest.mark.parametrize(("where", "text"), sorted(set(shown())))
@pytest.mark.scenario(Row.COMMANDS)
def test_command_that_is_shown_parses(where: str, text: str) -> None:
    if text.split()[1:2] == ["COMMAND"]:
        return
    parse(_filled(text))


def test_help_of_every_command_is_shown() -> None:
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        assert command is not None and command.get_short_help_str(100)


def test_guide_and_hints_are_found() -> None:
    assert len(set(shown())) > 20, "the scan finds nothing: it would prove nothing"
    assert any(Path(where).suffix == ".py" for where, _ in shown())
