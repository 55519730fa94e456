"""What a terminal shows is made for its width and told once; elsewhere nothing is cut."""

import os
import pty
from pathlib import Path

import pytest

from chant_ls.analysis.summary import Row
from chant_ls.cli import render
from chant_ls.cli.commands.list import _title
from chant_ls.cli.watch import follow
from chant_ls.engine.events import Entry, Finished, JobFinished, Merged, MergeRefused
from chant_ls.model.spec import SpecId, Status
from tests.cli.running import chant
from tests.e2e.conftest import put

ID = "2026-01-01-001-abc"


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("fits", 4, "fits"),
        ("does not fit", 8, "does no…"),
        ("ends at a space", 6, "ends…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
    ],
)
def test_text_is_cut_to_columns(text: str, room: int, shown: str) -> None:
    assert render.fitting(text, room) == shown


def test_title_and_note_share_the_room() -> None:
    row = Row(SpecId(ID), Status.BLOCKED, "t" * 60, "n" * 60)
    assert _title(row, None) == f"{'t' * 60} ({'n' * 60})"
    cut = _title(row, 40)
    assert len(cut) == 40 and cut.count("…") == 2
    assert _title(
        row._replace(title="short")
        if hasattr(row, "_replace")
        else Row(row.id, row.status, "short", row.note),
        40,
    ).startswith("short (nnnn")


def test_a_list_is_cut_on_a_terminal_and_whole_in_a_pipe(project: Path, monkeypatch) -> None:
    title = "A title that goes on and on, " * 6
    put(project, ID, title)
    assert title.strip() in chant(project, "list").stdout
    from click.testing import CliRunner

    from chant_ls.cli.main import cli

    monkeypatch.setattr(render, "room", lambda: 80)
    told = CliRunner().invoke(cli, ["-C", str(project), "list"], catch_exceptions=False).output
    assert max(map(len, told.splitlines())) == 80 and "…" in told


def test_the_width_is_that_of_a_terminal(monkeypatch) -> None:
    assert render.room() is None
    leader, follower = pty.openpty()
    with os.fdopen(leader), os.fdopen(follower, "w") as screen:
        monkeypatch.setattr(render.sys, "stdout", screen)
        monkeypatch.setenv("COLUMNS", "77")
        assert render.room() == 77


class Seen:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, line: str) -> None:
        self.lines.append(line)

    def running(self, specs: object) -> None:
        pass


def test_a_merge_and_a_conflict_are_told_once() -> None:
    entries = [
        Entry(Merged("a" * 40), "", "r", ID),
        Entry(Finished("merged"), "", "r", ID),
        Entry(MergeRefused("it conflicts", "settle it"), "", "s", "002"),
        Entry(Finished("completed", "it conflicts", "settle it"), "", "s", "002"),
        Entry(Finished("completed", "", "merge it"), "", "t", "003"),
        Entry(JobFinished(0, completed=2, not_merged=1), ""),
    ]
    seen = Seen()
    assert follow(iter(entries), seen) == 0
    text = "\n".join(seen.lines)
    assert text.count("merged") == 3 and text.count("it conflicts") == 1
    assert text.count("settle it") == 1 and "003  completed\n" in text and "merge it" in text


def test_a_configuration_that_is_broken_is_told_where_settings_are_shown(project: Path) -> None:
    sound = chant(project, "config")
    assert sound.code == 0 and "defaults.model: not set (default)" in sound.stdout
    (project / ".chant/config.md").write_text("---\ndefaults: {provider: [\n---\n")
    broken = chant(project, "config")
    assert broken.code == 1 and ".chant/config.md:" in broken.stderr


def test_a_research_split_names_titles_and_leaves_nothing_to_warn_of(project: Path) -> None:
    put(project, ID, "Third")
    (project / "src").mkdir(exist_ok=True)
    told = chant(project, "split", "001", "--research", "-y")
    assert f"{ID}.1  Research: Third" in told.stdout and told.stdout.count(f"{ID}.2") == 1
    assert "into 2 members" in told.stdout
    assert "unresolved-path" not in chant(project, "lint").stdout
