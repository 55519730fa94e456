"""The program itself: exit codes, refusals, what it imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chant_ls import __version__
from chant_ls.cli.failures import Refused, exit_code_of
from chant_ls.model.refusal import Refusal
from tests.cli.running import chant

HEAVY = ("pygls", "lsprotocol", "git", "rich", "yaml", "frontmatter", "psutil", "asyncio")


def test_starting_imports_nothing_heavy() -> None:
    code = f"import chant_ls.cli.main, sys; print([m for m in {HEAVY} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_version_and_help_need_no_project(tmp_path: Path) -> None:
    assert __version__ in chant(tmp_path, "--version").stdout
    assert "To begin:" in chant(tmp_path, "--help").stdout


@pytest.mark.parametrize("arguments", [("frob",), ("list", "--frob"), ("work",), ("show",)])
def test_wrong_usage_exits_2_and_shows_the_way(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told = chant(tmp_path, *arguments)
    assert told.code == 2
    assert "--help" in told.stderr


def test_refusal_exits_1_with_its_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    def refused() -> None:
        raise Refused(Refusal("no such \x1b[31mspec\u202e", "`chant list` shows them", ("a", "b")))

    assert exit_code_of(refused) == 1
    assert capsys.readouterr().err == (
        "error: no such spec\n  a\n  b\nhint: `chant list` shows them\n"
    )


def test_bug_exits_3_and_names_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert exit_code_of(lambda: 1 // 0) == 3
    log = next(tmp_path.rglob("bug-*.log"))
    assert str(log) in capsys.readouterr().err
    assert "ZeroDivisionError" in log.read_text()


@pytest.mark.parametrize("number", [28, 30, 13])
def test_trouble_with_the_disk_is_told_not_a_bug(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(number, os.strerror(number), "/full/disk")

    assert exit_code_of(full) == 1
    told = capsys.readouterr().err
    assert "/full/disk" in told and "hint: " in told


def test_interrupts_exit_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert exit_code_of(interrupted) == 130


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    told = chant(tmp_path, "-C", "nowhere", "list")
    assert (told.code, "nowhere" in told.stderr) == (1, True)
