"""Large and hostile texts cost as much for each character as small ones.

What a regular expression does within one call cannot be counted: such texts are so large that
quadratic cost would take hours, far beyond the time a test has.
"""

from collections.abc import Callable

import pytest

from chant_ls.model.spec import SpecId
from chant_ls.syntax.body import parse_body
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document
from tests.counting import growth, lines

MANY = 400_000
_SERIAL = iter(range(10**6))


def _fresh(text: str) -> Callable[[], Document]:
    """Parses under an id of its own: nothing kept answers."""
    return lambda: parse(text, SpecId(f"x{next(_SERIAL)}"))


@pytest.mark.parametrize(
    "text",
    [
        lambda n: "---\n{" + ", ".join(f"key{i}: 1" for i in range(n)) + "}\n---\n",
        lambda n: "---\n" + "".join(f"key{i}:\n" for i in range(n)) + "---\n",
        lambda n: "- item\n" + "  ```\n  x\n  ```\n" * n,
        lambda n: "# A\n\n" + "## Member Specs\n\n- x\n\n" * n,
        lambda n: "# A\n\n## Acceptance Criteria\n\n" + "- [ ] x\n" * n,
        lambda n: "# A\n\n" + "## head\n\ntext\n\n" * n,
    ],
    ids=["flow", "keys", "fences", "member lists", "boxes", "headings"],
)
def test_a_text_of_four_times_the_size_costs_four_times_as_much(
    text: Callable[[int], str],
) -> None:
    assert growth(lines, lambda n: _fresh(text(n))) < 5


@pytest.mark.parametrize(
    "text",
    [
        "## a" + " " * MANY + "b #\n",
        "## " + "# " * MANY + "b\n",
        "## Member Specs\n\n- x (depends on" + " " * MANY + "y\n",
        "- [ ] " + " ".join("`" * n for n in range(1, 1000)) + " `\n",
        "- item\n" + "  ```\n  x\n  ```\n" * (MANY // 100),
        "](" * MANY + "\n",
    ],
    ids=["heading", "marks", "depends", "ticks", "fences", "links"],
)
def test_no_line_makes_the_reader_hang(text: str) -> None:
    assert parse_body(text, 0).start == 0


@pytest.mark.parametrize(
    ("line", "title"),
    [("# a ##  ", "a"), ("# a#", "a#"), ("# ##", ""), ("#\ta\t#\t", "a"), ("# a # b", "a # b")],
)
def test_marks_behind_a_blank_close_a_heading(line: str, title: str) -> None:
    assert parse_body(line, 0).headings[0].text == title
