"""Each edit re-parses to the wanted value and leaves every other line as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import SpecId
from chant_ls.syntax import edits
from chant_ls.syntax.document import parse
from chant_ls.syntax.facts import plain_values
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import apply

ID = SpecId("2026-01-29-010-abc")
put = edits.set_field

BLOCK = """---
type: code # kind
unknown: {a: [1, 2]}
depends_on:
- a
- b # why
labels: [x, "y z"]
prompt: 'old'
# last
---

# Title

## Acceptance Criteria

- [ ] one
- [x] two
"""

DEPENDS = ["depends_on:", "- a", "- b # why"]
LABELS = 'labels: [x, "y z"]'

_TEXTS = st.one_of(
    st.sampled_from(
        """$HOME|a: b|#x|x #y|- a|--- |'|"|it's||~|null|yes|8988467|1e13302|🚀 go|a, b|[a]|{a|*|&x
        |!t|%|@|`|a:|repo:id|é|\t| a |\x85|\u2028|\ufeff|\x00|=|<<|>|?|? a|---""".replace(
            "\n        ", ""
        ).split("|")
    ),
    st.sampled_from(["|", "a\nb"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


def doc(text: str) -> Document:
    return parse(text, ID)


def value(text: str, name: str):
    document = doc(text)
    assert document.problems == (), text
    assert document.frontmatter
    return plain_values(document.frontmatter.mapping).get(name)


def after(text: str, function, *args) -> str:
    return apply(text, function(doc(text), *args))


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that differ, common ones at both ends left out."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return a, b


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("function", "args", "old", "new"),
    [
        (put, ("type", "task"), ["type: code # kind"], ["type: task # kind"]),
        (put, ("prompt", "new"), ["prompt: 'old'"], ["prompt: new"]),
        (put, ("status", "cancelled"), [], ["status: cancelled"]),
        (put, ("depends_on", []), [*DEPENDS], ["depends_on: [] # why"]),
        (put, ("labels", ["q"]), [LABELS], ["labels:", "- q"]),
        (put, ("members", ["q", "r"]), [], ["members:", "- q", "- r"]),
        (put, ("approval.status", "approved"), [], ["approval:", "  status: approved"]),
        (edits.remove_field, ("depends_on",), [*DEPENDS], []),
        (edits.add_item, ("depends_on", "c"), [], ["- c"]),
        (edits.add_item, ("labels", "z"), [LABELS], ['labels: [x, "y z", z]']),
        (edits.add_item, ("prompt", "z"), ["prompt: 'old'"], ["prompt: [old, z]"]),
        (edits.add_item, ("informed_by", "z"), [], ["informed_by:", "- z"]),
        (edits.remove_item, ("depends_on", 0), ["- a"], []),
        (edits.remove_item, ("depends_on", 1), ["- b # why"], []),
        (edits.remove_item, ("labels", 0), [LABELS], ['labels: ["y z"]']),
        (edits.remove_item, ("labels", 1), [LABELS], ["labels: [x]"]),
        (edits.remove_item, ("prompt", 0), ["prompt: 'old'"], []),
        (edits.replace_item, ("depends_on", 1, "c"), ["- b # why"], ["- c # why"]),
        (edits.replace_item, ("labels", 0, "a,b"), [LABELS], [LABELS.replace("x", "'a,b'")]),
        (edits.wrap_in_list, ("prompt",), ["prompt: 'old'"], ["prompt: [old]"]),
        (edits.set_title, ("It's $1: #2",), ["# Title"], ["# It's $1: #2"]),
    ],
)  # fmt: skip
def test_changes_its_own_lines_only(eol: str, bom: str, function, args, old: list, new: list):
    text = bom + BLOCK.replace("\n", eol)
    result = after(text, function, *args)
    lines = changed_lines(text, result)
    assert lines == ([line + eol for line in old], [line + eol for line in new])
    assert doc(result).problems == ()


def test_a_field_is_added_where_the_table_has_it():
    text = after("---\ntype: code\nlabels: []\n---\n", put, "status", "pending")
    assert text == "---\ntype: code\nstatus: pending\nlabels: []\n---\n"
    text = after("---\nlabels: []\n---\n", put, "type", "task")
    assert text == "---\ntype: task\nlabels: []\n---\n"
    text = after("---\n---\n# T\n", put, "type", "task")
    assert text == "---\ntype: task\n---\n# T\n"
    text = after("---\n# note\n---\n", put, "zzz", "1")
    assert text == "---\n# note\nzzz: '1'\n---\n"


def test_frontmatter_is_created():
    assert after("# T\n", put, "type", "task") == "---\ntype: task\n---\n# T\n"
    assert after("\ufeff# T\r\n", edits.add_item, "labels", "x").startswith(
        "\ufeff---\r\nlabels:\r\n- x\r\n---\r\n# T"
    )


@pytest.mark.parametrize(
    ("old", "function", "args", "new"),
    [
        ("depends_on:", edits.add_item, ("depends_on", "a"), "depends_on:\n- a"),
        ("depends_on: # c", edits.add_item, ("depends_on", "a"), "depends_on: # c\n- a"),
        ("depends_on: ~", edits.add_item, ("depends_on", "a"), "depends_on:\n- a"),
        ("depends_on: []", edits.add_item, ("depends_on", "a"), "depends_on: [a]"),
        ("depends_on: [ a, ]", edits.add_item, ("depends_on", "b"), "depends_on: [ a, b, ]"),
        ("labels:\n  - a\n  -", edits.add_item, ("labels", "b"), "labels:\n  - a\n  - b"),
        ("x:\n  - a", edits.add_item, ("labels", "b"), "labels:\n  - b\nx:\n  - a"),
        ("depends_on: a", edits.remove_item, ("depends_on", 0), "depends_on: []"),
        ("depends_on:\n- a", edits.remove_item, ("depends_on", 0), "depends_on: []"),
        ("labels:\n- a", edits.remove_item, ("labels", 0), ""),
        ("status:", put, ("status", "pending"), "status: pending"),
        ("status: # c", put, ("status", "pending"), "status: pending # c"),
        ("prompt: |\n  a\n  b", put, ("prompt", "x"), "prompt: x"),
        ("{type: code}", put, ("prompt", "x"), "{type: code, prompt: x}"),
        ("{type: code, prompt: x}", edits.remove_field, ("type",), "{prompt: x}"),
        ("approval: {at: t}", put, ("approval.by", "a,b"), "approval: {at: t, by: 'a,b'}"),
        ("approval: {\n at: t}", put, ("approval.at", "a,b"), "approval: {\n at: 'a,b'}"),
        ("approval:\n  by: x", put, ("approval.at", "y"), "approval:\n  by: x\n  at: y"),
        ("approval:", put, ("approval.required", "true"), "approval:\n  required: true"),
        ("{labels: }", edits.add_item, ("labels", "a"), "{labels: [a]}"),
        ("approval:\n  by: x\n  at: y", edits.remove_field, ("approval.by",), "approval:\n  at: y"),
        ("criteria_waived: 1", put, ("criteria_waived", "2"), "criteria_waived: 2"),
        ("  type: code", put, ("status", "pending"), "  type: code\n  status: pending"),
    ],
)  # fmt: skip
def test_every_form_keeps_its_form(old: str, function, args, new: str):
    result = after(f"---\n{old}\n---\n# T\n", function, *args)
    assert result == (f"---\n{new}\n---\n# T\n" if new else "---\n---\n# T\n")
    assert doc(result).problems == ()


def test_boxes():
    first, second = doc(BLOCK).body.criteria
    assert edits.set_box(first, False) == ()
    assert "- [x] one" in apply(BLOCK, edits.set_box(first, True))
    assert "- [ ] two" in apply(BLOCK, edits.set_box(second, False))


def test_a_title_is_added_and_keeps_its_trailing_marks():
    text = after("---\ntype: code\n---\nbody\n", edits.set_title, "New  one\n")
    assert text == "---\ntype: code\n---\n# New one\n\nbody\n"
    assert doc(after("# a\n", edits.set_title, "learn C #")).facts.title == "learn C #"


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.sampled_from(["depends_on", "labels", "prompt", "members", "zzz"]))
def test_any_text_is_read_back(text: str, name: str):
    assert value(after(BLOCK, put, name, text), name) == text
    assert value(after(BLOCK, put, name, ["q", text]), name) == ("q", text)
    assert value(after("---\n{a: b}\n---\n", put, name, [text]), name) == (text,)


@settings(max_examples=300, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=4), _TEXTS, st.booleans(), st.data())
def test_lists_behave_like_lists(items: list[str], new: str, flow: bool, data: st.DataObject):
    start = "---\nlabels: [q]\n---\n" if flow else "---\nlabels:\n- q\n---\n"
    text = after(start, edits.replace_item, "labels", 0, items[0])
    for item in items[1:]:
        text = after(text, edits.add_item, "labels", item)
    assert value(text, "labels") == tuple(items)
    index = data.draw(st.integers(0, len(items) - 1))
    replaced = after(text, edits.replace_item, "labels", index, new)
    assert value(replaced, "labels") == (*items[:index], new, *items[index + 1 :])
    left = (*items[:index], *items[index + 1 :])
    assert value(after(text, edits.remove_item, "labels", index), "labels") == (left or None)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_real_specs_change_one_line(corpus: dict[str, str], data: st.DataObject):
    text = corpus[data.draw(st.sampled_from(sorted(corpus)))]
    new = data.draw(_TEXTS)
    for name in ("status", "model", "zzz"):
        result = after(text, put, name, new)
        gone, came = changed_lines(text, result)
        assert len(gone) <= 1
        assert len([line for line in "".join(came).split("\n") if line]) <= 1
        assert value(result, name) == new
        assert doc(result).body.boxes == doc(result).body.boxes


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_real_specs_keep_their_bytes_around_a_list_edit(
    corpus: dict[str, str], data: st.DataObject
):
    text = corpus[data.draw(st.sampled_from(sorted(corpus)))]
    before = doc(text).facts.depends_on or ()
    result = after(text, edits.add_item, "depends_on", "2026-01-01-001-zzz")
    assert doc(result).facts.depends_on == (*before, "2026-01-01-001-zzz")
    undone = after(result, edits.remove_item, "depends_on", len(before))
    if before:
        assert undone == text
