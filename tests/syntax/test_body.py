"""The Markdown below the frontmatter."""

import pytest

from chant_ls.model.spec import Criteria, SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Body
from chant_ls.syntax.scan import scan

ID = SpecId("x")


def body(text: str) -> Body:
    return parse(text, ID).body


def counted(text: str) -> Criteria:
    """Criteria as the parser and the fast path count them."""
    whole = f"---\n---\n{text}"
    facts = parse(whole, ID).facts
    assert scan(whole, ID) == facts
    return facts.criteria


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A\n# B\n", "A"),
        ("## x\n\n#   A  \n", "A"),
        ("```sh\n# no\n```\n# A\n", "A"),
        ("~~~\n```\n# no\n~~~\n# A", "A"),
        ("````\n```\n# no\n````\n# A", "A"),
        ("```\n# never closed\n", ""),
        ("# A ##\n", "A"),
        ("# C#\n", "C#"),
        ("#\n# A\n", "A"),
        ("#no\n", ""),
        ("   # A\n", "A"),
        ("    # code\n", ""),
        ("# A\r\nb\r\n", "A"),
        ("# A\u2028B\n", "A\u2028B"),
        ("- ```sh\n  # no\n  ```\n# A\n", "A"),
        ("- x\n\n    ```sh\n    # no\n    ```\n# A\n", "A"),
        ("- x\n  ```\n  open\n\n# A\n", "A"),
        ("text\n\n    ```\n# A\n", "A"),
        ("``` a`b\n# A\n", "A"),
        ("Use ```x```\n# A\n", "A"),
    ],
)
def test_title(text: str, title: str):
    document = parse(text, ID)
    assert document.facts.title == title
    if document.body.title:
        assert document.body.title.span.of(text) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Acceptance Criteria\n- [ ] a\n- [x] b\n* [X] c\n+ [ ] d\n1. [x] e\n2) [ ] f", (3, 6)),
        ("### acceptance CRITERIA (draft):\n- [x] a\n", (1, 1)),
        ("# Acceptance Criteria\n- [ ] a\n", (0, 0)),
        ("## Acceptance Criterias\n- [ ] a\n", (0, 0)),
        ("## Acceptance Criteria\n- [ ] a\n## Acceptance Criteria\n- [x] b\n", (1, 1)),
        ("## Acceptance Criteria\n- [ ] a\n### Sub\n- [x] b\n## End\n- [ ] c\n", (1, 2)),
        ("### Acceptance Criteria\n- [ ] a\n## End\n- [ ] c\n", (0, 1)),
        ("## Acceptance Criteria\n```\n- [ ] no\n```\n- [x] a\n", (1, 1)),
        ("## Acceptance Criteria\n````\n```\n- [ ] no\n```\n## no\n````\n- [x] a\n", (1, 1)),
        ("## Acceptance Criteria\n- [ ] a - [ ] b\n  - [x] c\n-[ ] n\n- [] n\n- [y] n\n", (1, 2)),
        ("## Acceptance Criteria\n- [ ]\n- [x](link)\n[ ] no\n", (0, 1)),
        ("- [ ] outside\n", (0, 0)),
        ("```\n## Acceptance Criteria\n```\n- [ ] a\n", (0, 0)),
        ("## Acceptance Criteria\r\n- [x] a\r\n", (1, 1)),
    ],
)  # fmt: skip
def test_criteria(text: str, expected: tuple[int, int]):
    assert counted(text) == Criteria(*expected)


@pytest.mark.parametrize(
    ("item", "text", "check"),
    [
        ("Tests pass `$ pytest -q`", "Tests pass", "pytest -q"),
        ("Run `a` and `$ b c`  ", "Run `a` and", "b c"),
        ("`$ make`", "", "make"),
        ("x ``$ echo `date` ``", "x", "echo `date`"),
        ("`` $ echo `date` ``", "", "echo `date`"),
        ("Costs `$5`", "Costs `$5`", ""),
        ("`$ a` then b", "`$ a` then b", ""),
        ("open `$ a", "open `$ a", ""),
        ("x `$ printf '%s' \"$HOME\" | wc`", "x", "printf '%s' \"$HOME\" | wc"),
    ],
)
def test_checks_of_criteria(item: str, text: str, check: str):
    source = f"## Acceptance Criteria\n\n- [ ] {item}\n"
    (criterion,) = body(source).criteria
    assert (criterion.text, criterion.check) == (text, check)
    assert criterion.text_span.of(source) == text
    assert criterion.box.of(source) == " "
    assert criterion.line.of(source) == f"- [ ] {item}".rstrip()
    if check:
        assert criterion.check_span is not None
        assert check in criterion.check_span.of(source)


def test_dated_items():
    boxes = body("- [ ] 2026-01-15: Notify\n- [x] 2026-01-29-010-abc done\n- [ ] later\n").boxes
    assert [box.date for box in boxes] == ["2026-01-15", "", ""]


def test_headings_and_their_places():
    text = "# A\r\n\r\n## B c ##\r\n###### D"
    found = body(text).headings
    assert [(h.level, h.text) for h in found] == [(1, "A"), (2, "B c"), (6, "D")]
    assert [h.line.of(text) for h in found] == ["# A", "## B c ##", "###### D"]


def test_fences():
    text = "a\n``` Sh -x\necho\n\n```\n~~~\n~~~\n```py\nopen"
    fences = body(text).fences
    assert [(f.info, f.content.of(text)) for f in fences] == [
        ("sh", "echo\n\n"), ("", ""), ("py", "open"),
    ]  # fmt: skip
    assert fences[0].span.of(text) == "``` Sh -x\necho\n\n```"


def test_mentions_and_links_stand_outside_fences():
    text = (
        "See 2026-01-29-010-abc.2, auth-2026-01-29-011-def. Not 2026-01-29, x2026-01-29-010-abc-\n"
        "[a](docs/x.md) ![b](<i.png> 't') f(x)\n```\n2026-01-01-001-zzz [n](no.md)\n```\n"
    )
    found = body(text)
    assert [m.text for m in found.mentions] == ["2026-01-29-010-abc.2", "auth-2026-01-29-011-def"]
    assert [m.span.of(text) for m in found.mentions] == [m.text for m in found.mentions]
    assert [link.target for link in found.links] == ["docs/x.md", "i.png"]
    assert [link.span.of(text) for link in found.links] == ["docs/x.md", "i.png"]


def test_member_lists_of_the_guide():
    text = """# Driver

## Member Specs

This driver coordinates:

1. `research-storage` - Research current issues
2. `refactor-lock` - Improve locking (depends on 010-abc, 2026-01-29-011-def)

- 2026-01-29-010-abc (independent)
- 2026-01-29-012-ghi (depends on 010-abc and 011-def)
- plain words

## Notes

- 2026-01-29-013-jkl
"""
    items = body(text).member_items
    assert [(i.number, i.slug, i.id, i.text, i.depends) for i in items] == [
        (1, "research-storage", "", "Research current issues", ()),
        (2, "refactor-lock", "", "Improve locking", ("010-abc", "2026-01-29-011-def")),
        (0, "", "2026-01-29-010-abc", "(independent)", ()),
        (0, "", "2026-01-29-012-ghi", "", ("010-abc", "011-def")),
        (0, "", "", "plain words", ()),
    ]
    assert items[0].span.of(text) == "`research-storage` - Research current issues"


def test_words_leave_fences_out():
    assert parse("# A title\n\none two\n```\nthree four\n```\nfive\n", SpecId("a")).words == 6
