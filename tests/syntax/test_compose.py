"""Edits of edits are edits of the first text."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chant_ls.syntax.compose import edited, edits_of, uncut
from chant_ls.syntax.text import Edit, Span, apply

TEXT = st.text("ab\n", max_size=12)


@st.composite
def _edits(draw: st.DrawFn, length: int) -> list[Edit]:
    """In any order, none overlapping; some insert at the same place."""
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=6)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return draw(st.permutations([Edit(Span(a, b), draw(TEXT)) for a, b in pairs]))


@given(TEXT, st.data())
def test_rounds_of_edits_are_one(text: str, data: st.DataObject) -> None:
    now, pieces = text, uncut(text)
    for _ in range(data.draw(st.integers(0, 4))):
        edits = data.draw(_edits(len(now)))
        now, pieces = apply(now, edits), edited(pieces, edits)
    found = edits_of(pieces, text)
    assert apply(text, found) == now
    assert all(one.span.end < two.span.start for one, two in pairwise(found))
    assert all(edit.span.of(text) != edit.new for edit in found)


def test_what_is_undone_is_no_edit() -> None:
    there = edited(uncut("abc"), [Edit(Span(1, 2), "x")])
    assert edits_of(edited(there, [Edit(Span(1, 2), "b")]), "abc") == ()
