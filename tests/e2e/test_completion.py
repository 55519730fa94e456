"""What shells complete, asked by a real shell."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from chant_ls.cli.completing import FromProject, complete_from_project
from chant_ls.cli.main import cli
from tests.cli.running import chant, environment
from tests.e2e.conftest import put


@pytest.fixture
def specs(project: Path) -> Path:
    put(project, "2026-01-01-001-abc", "Rework the lock", "labels: [v1, storage]\n")
    put(project, "2026-01-02-002-def", "Write it down", "labels: [docs]\n")
    put(project, "2026-01-03-003-ghi", "Was done", "status: completed\n")
    return project


def pressed(folder: Path, *words: str) -> list[str]:
    """What bash offers behind these words, the last one begun."""
    program = folder.parent / "bin/chant"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m chant_ls.cli "$@"\n')
    program.chmod(0o755)
    quoted = " ".join(f"'{word}'" for word in ("chant", *words))
    script = (
        'eval "$(chant completion bash)" || exit 1\n'
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}\n"
        '_chant_completion chant chant\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    env = environment(folder.parent)
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    ran = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=folder, env=env, capture_output=True, text=True
    )
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("show", ""), ["2026-01-01-001-abc", "2026-01-02-002-def", "2026-01-03-003-ghi"]),
        (("show", "2026-01-02"), ["2026-01-02-002-def"]),
        (("work", "--chain", "001"), ["001-abc"]),
        (("list", "--label", ""), ["docs", "storage", "v1"]),
        (("add", "Title", "--depends-on", "002"), ["002-def"]),
        (("work", "--prompt", "rese"), ["research"]),
        (("list", "--status", "comp"), ["completed"]),
        (("unar", ""), []),
        (("unarch",), ["unarchive"]),
    ],
)
def test_bash_completes_from_the_project(
    specs: Path, words: tuple[str, ...], offered: list[str]
) -> None:
    assert pressed(specs, *words) == offered


def test_archived_ones_are_offered_to_unarchive_alone(specs: Path) -> None:
    assert chant(specs, "archive", "003").code == 0
    assert pressed(specs, "unarchive", "") == ["2026-01-03-003-ghi"]
    assert "2026-01-03-003-ghi" not in pressed(specs, "work", "")


def test_another_folder_and_none_are_no_error(specs: Path) -> None:
    assert pressed(specs.parent, "-C", "project", "show", "001") == ["001-abc"]
    assert pressed(specs.parent, "show", "") == []


def test_fish_is_told_titles(specs: Path) -> None:
    env = environment(
        specs.parent, _CHANT_COMPLETE="fish_complete", COMP_WORDS="chant show", COMP_CWORD="001"
    )
    told = subprocess.run(
        [sys.executable, "-m", "chant_ls.cli"], cwd=specs, env=env, capture_output=True, text=True
    )
    assert "001-abc" in told.stdout and "ready: Rework the lock" in told.stdout, told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_own_text(tmp_path: Path, shell: str) -> None:
    told = chant(tmp_path, "completion", shell)
    assert told.code == 0 and f"{shell}_complete" in told.stdout


def test_every_id_and_label_is_completed() -> None:
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        complete_from_project(command)
        for one in command.params:
            if one.metavar in ("ID...", "[ID]...", "ID", "L") or one.name in ("id", "prompt"):
                assert isinstance(one.type, FromProject), (name, one.name)
