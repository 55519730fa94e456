"""Nothing that others wrote reaches the terminal as more than text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chant_ls.cli import render

HOSTILE = st.text(st.sampled_from("\x1b[]\x07\x9b\x9d\x00\r\u202e\u2066\x7f0;mKA\\P ab\n\t"))


@given(HOSTILE)
def test_no_control_or_bidirectional_character_is_left(text: str) -> None:
    cleaned = render.clean(text)
    assert all(c.isprintable() or c in "\n\t" for c in cleaned)


@given(HOSTILE)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert render.clean(render.clean(text)) == render.clean(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("über 日本 🎉", "über 日本 🎉"),
        ("a\rb", "ab"),
    ],
)
def test_text_stays(text: str, left: str) -> None:
    assert render.clean(text) == left


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    render.columns([("a", "ready", "x"), ("bbb", "in_progress", "y\nz")], styled=1)
    assert capsys.readouterr().out == "a    ready        x\nbbb  in_progress  y z\n"
