"""Positions by the LSP rule, checked against a naive model."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.syntax.text import Edit, Encoding, LineIndex, Span, apply

_CODECS = {Encoding.UTF8: "utf-8", Encoding.UTF16: "utf-16-le", Encoding.UTF32: "utf-32-le"}
_UNITS = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}
_TEXT = st.text(st.sampled_from("aé😀\n\r\u2028\x85\f\v\ufeff\t\ud83d"), max_size=20)


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text)


def _units(text: str, encoding: Encoding) -> int:
    return len(text.encode(_CODECS[encoding], "surrogatepass")) // _UNITS[encoding]


def test_only_three_things_end_a_line():
    index = LineIndex("a\u2028b\x85c\fd\ve\nf\r\ng\rh")
    assert index.count == 4
    assert [index.line_of(o) for o in (0, 9, 10, 12, 13, 14, 15)] == [0, 0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("encoding", Encoding)
@settings(max_examples=150, deadline=None)
@given(text=_TEXT)
def test_positions_agree_with_a_naive_model(encoding: Encoding, text: str):
    index, lines, at = LineIndex(text), _lines(text), 0
    assert index.count == len(lines)
    for number, line in enumerate(lines):
        assert index.line_start(number) == at
        assert index.line_end(number) == at + len(line)
        for column in range(len(line) + 1):
            expected = (number, _units(line[:column], encoding))
            assert index.position(at + column, encoding) == expected
            assert index.offset(*expected, encoding) == at + column
        at += len(line)
        at += 2 if text.startswith("\r\n", at) else 1


@pytest.mark.parametrize("encoding", Encoding)
@settings(max_examples=100, deadline=None)
@given(
    text=_TEXT, line=st.integers(-2, 30), column=st.integers(-2, 100), offset=st.integers(-3, 50)
)
def test_everything_is_clamped(encoding, text, line, column, offset):
    index = LineIndex(text)
    assert 0 <= index.offset(line, column, encoding) <= len(text)
    assert index.offset(*index.position(offset, encoding), encoding) <= len(text)


def test_a_column_within_a_character_is_its_start():
    index = LineIndex("a😀b")
    assert [index.offset(0, c, Encoding.UTF16) for c in range(5)] == [0, 1, 1, 2, 3]
    assert [index.offset(0, c, Encoding.UTF8) for c in range(7)] == [0, 1, 1, 1, 1, 2, 3]
    assert index.offset(0, 99, Encoding.UTF16) == 3
    assert index.offset(7, 0, Encoding.UTF16) == 3


def test_edits_apply_in_any_order():
    edits = [Edit(Span(4, 5), "X"), Edit(Span(0, 1), ""), Edit(Span(2, 2), "yy")]
    assert apply("abcde", edits) == apply("abcde", reversed(edits)) == "byycdX"
