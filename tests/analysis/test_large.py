"""Large and hostile texts and projects: no question hangs, overflows or costs more than its share.

As in `tests/syntax/test_large.py`, what cannot be counted is asked of texts that would take hours.
"""

import pytest

from chant_ls.analysis.completion import complete
from chant_ls.analysis.hover import hover
from chant_ls.analysis.papers.typing import typing_at
from chant_ls.analysis.place import Value, place_at
from chant_ls.analysis.structure import selections
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.text import Span
from tests.analysis.project import snapshot

MANY = 400_000
A = "2026-01-29-010-abc"


def test_a_staircase_of_keys_is_some_place() -> None:
    text = "---\n" + "".join(" " * n + "k:\n" for n in range(1_400)) + "---\n# A\n"
    project, at = snapshot({A: text}), text.index("---\n# A") - 1
    path = f".chant/specs/{A}.md"
    assert place_at(project.files[path].document, at)
    assert selections(project.files[path].document, at)
    complete(project, path, at)
    hover(project, path, at)


def test_a_key_is_told_by_the_lines_above_it() -> None:
    text = "---\ndefaults:\n  other: x\n  approval:\n    - a\n    - b\n  - c\n---\n"
    place = place_at(parse(text, SpecId(A)), text.index("- b") + 3)
    assert isinstance(place, Value)
    assert (place.key, place.parent, place.index) == ("approval", "defaults", 1)


@pytest.mark.parametrize(
    "line",
    ["foo" + " " * MANY + "bar", "- " * MANY + "bar", " " * MANY + "bar", "a" * MANY],
    ids=["blanks", "dashes", "indent", "word"],
)
def test_no_line_above_the_cursor_hangs(line: str) -> None:
    text = f"---\nname: x\n{line}\nq\n---\n"
    typed = typing_at(text, Span(4, len(text) - 5), len(text) - 6)
    assert typed.span.start == len(text) - 6
    text = f"---\ntype: c{line}x\n---\n# A\n"
    assert place_at(parse(text, SpecId(A)), MANY // 2)
