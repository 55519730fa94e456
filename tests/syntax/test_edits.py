"""Each edit re-parses to the wanted value and leaves every other line as it was."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import SpecId
from chant_ls.syntax import edits, slots
from chant_ls.syntax.document import parse
from chant_ls.syntax.facts import plain_values
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import apply

ID = SpecId("2026-01-29-010-abc")
put = edits.set_field


def add(document: Document, name: str, *items: str):
    return edits.add_items(document, name, items)


def place(document: Document, name: str, index: int) -> slots.Slot:
    found = slots.named(document, name)
    assert found
    return found._replace(item=index) if slots.items_of(found.value) != (found.value,) else found


def drop(document: Document, name: str, index: int):
    return edits.remove_value(document, place(document, name, index))


def swap(document: Document, name: str, index: int, new: str):
    return edits.set_value(document, place(document, name, index), new)


def wrap(document: Document, name: str):
    return edits.wrap_in_list(document, place(document, name, 0))


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
        (add, ("depends_on", "c"), [], ["- c"]),
        (add, ("labels", "z"), [LABELS], ['labels: [x, "y z", z]']),
        (add, ("prompt", "z"), ["prompt: 'old'"], ["prompt: [old, z]"]),
        (add, ("informed_by", "z"), [], ["informed_by:", "- z"]),
        (drop, ("depends_on", 0), ["- a"], []),
        (drop, ("depends_on", 1), ["- b # why"], []),
        (drop, ("labels", 0), [LABELS], ['labels: ["y z"]']),
        (drop, ("labels", 1), [LABELS], ["labels: [x]"]),
        (drop, ("prompt", 0), ["prompt: 'old'"], []),
        (swap, ("depends_on", 1, "c"), ["- b # why"], ["- c # why"]),
        (swap, ("labels", 0, "a,b"), [LABELS], [LABELS.replace("x", "'a,b'")]),
        (wrap, ("prompt",), ["prompt: 'old'"], ["prompt: [old]"]),
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
    assert after("\ufeff# T\r\n", add, "labels", "x").startswith(
        "\ufeff---\r\nlabels:\r\n- x\r\n---\r\n# T"
    )


@pytest.mark.parametrize(
    ("old", "function", "args", "new"),
    [
        ("depends_on:", add, ("depends_on", "a"), "depends_on:\n- a"),
        ("depends_on: # c", add, ("depends_on", "a"), "depends_on: # c\n- a"),
        ("depends_on: ~", add, ("depends_on", "a"), "depends_on:\n- a"),
        ("depends_on: []", add, ("depends_on", "a"), "depends_on: [a]"),
        ("depends_on: [ a, ]", add, ("depends_on", "b"), "depends_on: [ a, b, ]"),
        ("labels:\n  - a\n  -", add, ("labels", "b"), "labels:\n  - a\n  - b"),
        ("x:\n  - a", add, ("labels", "b"), "labels:\n  - b\nx:\n  - a"),
        ("depends_on: a", drop, ("depends_on", 0), "depends_on: []"),
        ("depends_on:\n- a", drop, ("depends_on", 0), "depends_on: []"),
        ("labels:\n- a", drop, ("labels", 0), ""),
        ("status:", put, ("status", "pending"), "status: pending"),
        ("status: # c", put, ("status", "pending"), "status: pending # c"),
        ("prompt: |\n  a\n  b", put, ("prompt", "x"), "prompt: x"),
        ("{type: code}", put, ("prompt", "x"), "{type: code, prompt: x}"),
        ("{type: code, prompt: x}", edits.remove_field, ("type",), "{prompt: x}"),
        ("approval: {at: t}", put, ("approval.by", "a,b"), "approval: {at: t, by: 'a,b'}"),
        ("approval: {\n at: t}", put, ("approval.at", "a,b"), "approval: {\n at: 'a,b'}"),
        ("approval:\n  by: x", put, ("approval.at", "y"), "approval:\n  by: x\n  at: y"),
        ("approval:", put, ("approval.required", "true"), "approval:\n  required: true"),
        ("{labels: }", add, ("labels", "a"), "{labels: [a]}"),
        ("approval:\n  by: x\n  at: y", edits.remove_field, ("approval.by",), "approval:\n  at: y"),
        ("labels:\n- a # x", add, ("labels", "b", "c d"), "labels:\n- a # x\n- b\n- c d"),
        ("labels:\n- a\n-", add, ("labels", "b", "c"), "labels:\n- a\n- b\n- c"),
        ("labels: ['a']", add, ("labels", "b", "c,d"), "labels: ['a', b, 'c,d']"),
        ("x: &m [a]\nlabels: *m", add, ("labels", "b"), "x: &m [a]\nlabels:\n- a\n- b"),
        ("x: &m [a, b]\nlabels: *m", drop, ("labels", 0), "x: &m [a, b]\nlabels:\n- b"),
        ("labels: [\n  a, # A\n  b,\n  c\n]", drop, ("labels", 1), "labels: [\n  a, # A\n  c\n]"),
        ("labels: [\n  a, # A\n  b]", drop, ("labels", 1), "labels: [\n  a, # A\n  ]"),
        ("labels: [\n  a, # A\n  # B\n  b]", drop, ("labels", 0), "labels: [\n  # B\n  b]"),
        ("{labels: [a], }", edits.remove_field, ("labels",), "{}"),
        ("{type: code}", put, ("approval.by", "x"), "{type: code, approval: {by: x}}"),
        ("criteria_waived: 1", put, ("criteria_waived", "2"), "criteria_waived: 2"),
        ("  type: code", put, ("status", "pending"), "  type: code\n  status: pending"),
    ],
)  # fmt: skip
def test_every_form_keeps_its_form(old: str, function, args, new: str):
    result = after(f"---\n{old}\n---\n# T\n", function, *args)
    assert result == (f"---\n{new}\n---\n# T\n" if new else "---\n---\n# T\n")
    assert doc(result).problems == ()


def test_of_a_key_that_stands_twice_the_one_meant_is_changed():
    document = doc("---\nstatus: a\nstatus: b\n---\n")
    second = slots.with_value(document, document.frontmatter.mapping.entries[1].value.span)
    assert second
    assert "status: a\nstatus: c\n" in apply(document.text, edits.set_value(document, second, "c"))
    assert apply(document.text, edits.remove_entry(document, second)) == "---\nstatus: a\n---\n"


def test_an_item_behind_an_alias_is_not_found_by_its_place():
    document = doc("---\nx: &m [a]\nlabels: *m\n---\n")
    ((slot, text),) = slots.items(document, "labels")
    assert (slot.name, text) == ("labels", "a")
    found = slots.with_value(document, slot.value.span)
    assert found and found.name == "x"


@pytest.mark.parametrize(
    ("front", "new"),
    [
        ("{prompt: p, target_files: [a], type: code}", "{type: driver}"),
        ("{prompt: p}", "{type: driver}"),
        ("{labels: [ 'x' ], type: code, prompt: p}", "{labels: [ 'x' ], type: driver}"),
        ("prompt: p # why\nlabels: [x]", "type: driver\nlabels: [x]"),
    ],
)
def test_several_fields_at_once(front: str, new: str):
    values = {"type": "driver", "target_files": None, "prompt": None}
    made = edits.change(doc(f"---\n{front}\n---\n"), values)
    assert apply(f"---\n{front}\n---\n", made) == f"---\n{new}\n---\n"
    assert all(one.span.end <= other.span.start for one, other in pairwise(made))


def test_boxes():
    first, second = doc(BLOCK).body.criteria
    assert edits.set_box(first, False) == ()
    assert "- [x] one" in apply(BLOCK, edits.set_box(first, True))
    assert "- [ ] two" in apply(BLOCK, edits.set_box(second, False))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("---\ntype: code\n---", "---\ntype: code\n---\n# T\n\n"),
        ("---\r\ntype: code\r\n---", "---\r\ntype: code\r\n---\r\n# T\r\n\r\n"),
        ("---\ntype: code\n---\n", "---\ntype: code\n---\n# T\n\n"),
        ("\ufeffbody", "\ufeff# T\n\nbody"),
        ("", "# T\n\n"),
        ("---\ntype: code\n", "---\ntype: code\n"),
        ("---\ntype: code", "---\ntype: code"),
    ],
)
def test_a_title_never_touches_the_frontmatter(text: str, result: str):
    assert after(text, edits.set_title, "T") == result


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
    text = after(start, swap, "labels", 0, items[0])
    for item in items[1:]:
        text = after(text, add, "labels", item)
    assert value(text, "labels") == tuple(items)
    index = data.draw(st.integers(0, len(items) - 1))
    replaced = after(text, swap, "labels", index, new)
    assert value(replaced, "labels") == (*items[:index], new, *items[index + 1 :])
    left = (*items[:index], *items[index + 1 :])
    assert value(after(text, drop, "labels", index), "labels") == (left or None)


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
    result = after(text, add, "depends_on", "2026-01-01-001-zzz")
    assert doc(result).facts.depends_on == (*before, "2026-01-01-001-zzz")
    undone = after(result, drop, "depends_on", len(before))
    if before:
        assert undone == text
