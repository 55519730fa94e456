# ruff: noqa: E501 - a table reads better with one case a line
"""Three texts of one spec into one: the table of execution.md 4.5, US."""

import pytest

from chant_ls.engine.spec_merge import Conflict, Merged, merge_specs
from tests.gitrepo import make_repo

BODY = """# Title

Some words.

## Acceptance Criteria

- [ ] first
- [ ] second
- [ ] third
"""


@pytest.fixture(scope="module")
def merge_text(tmp_path_factory):
    git = make_repo(tmp_path_factory.mktemp("merge")).open()

    def by_git(base, ours, theirs):
        merged = git.merge_text(base.encode(), ours.encode(), theirs.encode())
        return None if merged.conflict else merged.text.decode()

    return by_git


def spec(front: str = "", body: str = BODY) -> str:
    return f"---\n{front}---\n\n{body}"


FIELDS = [
    # name, base, ours, theirs, merged (None: conflict on that field)
    ("theirs only", "status: pending\n", "status: pending\n", "status: completed\n", "status: completed\n"),
    ("ours only", "model: a\n", "model: b\n", "model: a\n", "model: b\n"),
    ("same change", "model: a\n", "model: b\n", "model: b\n", "model: b\n"),
    ("added by theirs", "type: code\n", "type: code\n", "type: code\nbranch: x\n", "type: code\nbranch: x\n"),
    ("removed by theirs", "type: code\nprompt: p\n", "type: code\nprompt: p\n", "type: code\n", "type: code\n"),
    ("removed by ours", "prompt: p\ntype: code\n", "type: code\n", "prompt: p\ntype: code\n", "type: code\n"),
    ("scalars differ", "model: a\n", "model: b\n", "model: c\n", None),
    ("list union", "labels:\n  - a\n", "labels:\n  - a\n  - b\n", "labels:\n  - a\n  - c\n",
     "labels:\n  - a\n  - b\n  - c\n"),
    ("list removal stays removed", "labels: [a, b]\n", "labels: [b]\n", "labels: [a, b, c]\n", "labels: [b, c]\n"),
    ("both lists added", "type: code\n", "type: code\nlabels: [a]\n", "type: code\nlabels: [b]\n",
     "type: code\nlabels: [a, b]\n"),
    ("quotes survive", 'labels: ["a: b"]\n', 'labels: ["a: b", x]\n', 'labels: ["a: b", "c: d"]\n',
     'labels: ["a: b", x, "c: d"]\n'),
    ("one id is a list", "depends_on: a\n", "depends_on: [a, b]\n", "depends_on: c\n", "depends_on: [b, c]\n"),
    ("emptied list stays empty", "depends_on: [a]\n", "depends_on: []\n", "depends_on: [a]\n", "depends_on: []\n"),
    ("completed beats failed", "status: in_progress\n", "status: failed\n", "status: completed\n",
     "status: completed\n"),
    ("completed beats cancelled", "status: pending\n", "status: cancelled\n", "status: completed\n",
     "status: completed\n"),
    ("cancelled beats failed", "status: pending\n", "status: cancelled\n", "status: failed\n",
     "status: cancelled\n"),
    ("a reset is not undone", "status: failed\n", "status: pending\n", "status: failed\n", "status: pending\n"),
    ("stricter approval", "approval:\n  required: false\n", "approval:\n  required: true\n",
     "approval:\n  required: true\n  status: approved\n", "approval:\n  required: true\n"),
    ("later completion", "type: code\n", "type: code\ncompleted_at: 2026-01-01T00:00:00Z\n",
     "type: code\ncompleted_at: 2026-01-02T00:00:00Z\n", "type: code\ncompleted_at: 2026-01-02T00:00:00Z\n"),
    ("unknown nested, one side", "x:\n  y: [1]\n", "x:\n  y: [1]\n", "x:\n  y: [1, 2]\n", "x:\n  y: [1, 2]\n"),
    ("unknown nested, both", "x:\n  y: [1]\n", "x:\n  y: [3]\n", "x:\n  y: [1, 2]\n", None),
    ("comments of ours", "# why\nmodel: a # so\ntype: code\n", "# why\nmodel: a # so\ntype: task\n",
     "# why\nmodel: b # then\ntype: code\n", "# why\nmodel: b # then\ntype: task\n"),
    ("several new ones in order", "type: code\n", "type: task\n", "type: code\nb: 1\na: 2\n", "type: task\nb: 1\na: 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "base", "ours", "theirs", "merged"), FIELDS, ids=lambda v: str(v)[:30]
)
def test_fields(merge_text, name, base, ours, theirs, merged):
    answer = merge_specs(spec(base), spec(ours), spec(theirs), merge_text)
    if merged is None:
        assert answer == Conflict((base.partition(":")[0],))
    else:
        assert answer == Merged(spec(merged))


def ticked(*numbers: int, body: str = BODY) -> str:
    names = ["first", "second", "third"]
    for number in numbers:
        body = body.replace(f"- [ ] {names[number - 1]}", f"- [x] {names[number - 1]}")
    return body


BODIES = [
    ("both tick neighbours", BODY, ticked(1), ticked(2, 3), ticked(1, 2, 3)),
    ("untick of theirs", ticked(1), ticked(1, 2), BODY, ticked(2)),
    ("ours reworded what theirs ticked", BODY, BODY.replace("second", "second, better"), ticked(1, 2),
     ticked(1).replace("second", "second, better")),
    ("prose and ticks", BODY, BODY.replace("Some words", "Other words"), ticked(1),
     ticked(1).replace("Some words", "Other words")),
    ("a marker line is legal text", BODY, BODY + "\nA heading\n=======\n", ticked(1),
     ticked(1) + "\nA heading\n=======\n"),
    ("same item twice", BODY + "- [ ] first\n", BODY + "- [x] first\n", ticked(2) + "- [ ] first\n",
     ticked(2) + "- [x] first\n"),
    ("prose conflict", BODY, BODY.replace("Some", "Our"), BODY.replace("Some", "Their"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "base", "ours", "theirs", "merged"), BODIES, ids=lambda v: str(v)[:30]
)
def test_bodies(merge_text, name, base, ours, theirs, merged):
    texts = [spec("type: code\n", body) for body in (base, ours, theirs)]
    answer = merge_specs(*texts, merge_text)
    assert answer == (
        Conflict(body=True) if merged is None else Merged(spec("type: code\n", merged))
    )


def test_line_endings_of_ours_stay(merge_text):
    ours = spec("type: task\n").replace("\n", "\r\n")
    answer = merge_specs(
        spec("type: code\n"), ours, spec("type: code\nbranch: b\n", ticked(2)), merge_text
    )
    assert answer == Merged(spec("type: task\nbranch: b\n", ticked(2)).replace("\n", "\r\n"))


def test_without_any_frontmatter(merge_text):
    answer = merge_specs(
        BODY, BODY.replace("Some", "Our"), spec("status: completed\n", ticked(1)), merge_text
    )
    assert isinstance(answer, Merged)
    assert answer.text.startswith("---\nstatus: completed\n---\n")
    assert "Our words" in answer.text and "- [x] first" in answer.text


def test_broken_yaml_is_merged_as_text_or_not_at_all(merge_text):
    broken = "---\nlabels: [a\n---\n\n" + BODY
    assert merge_specs(broken, broken, broken + "more\n", merge_text) == Merged(broken + "more\n")
    other = broken.replace("[a", "[b"), broken.replace("[a", "[c")
    assert merge_specs(broken, *other, merge_text) == Conflict(body=True)
