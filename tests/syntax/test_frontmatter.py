"""Frontmatter: fences, spans, and what is left of broken YAML."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax import yaml_nodes
from chant_ls.syntax.document import parse, parsed
from chant_ls.syntax.nodes import Document, Node, Scalar, Sequence
from chant_ls.syntax.quoting import quoted

ID = SpecId("x")


def doc(text: str) -> Document:
    return parse(text, ID)


def entries(text: str) -> dict[str, Node]:
    front = doc(text).frontmatter
    assert front
    return {entry.key.text: entry.value for entry in front.mapping.entries}


def texts(node: Node) -> list[str]:
    assert isinstance(node, Sequence)
    return [item.text for item in node.items if isinstance(item, Scalar)]


def codes(text: str) -> list[str]:
    return [problem.code for problem in doc(text).problems]


@pytest.fixture(params=["libyaml", "pure"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both readers; a PyYAML without libyaml has the second one only."""
    if request.param == "pure":
        monkeypatch.setattr(yaml_nodes, "Loader", yaml.SafeLoader)
    parsed.forget()
    return request.param


_WORD = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\x85\u2028\u2029\t"),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("pure", [False, True])
@settings(max_examples=120, deadline=None)
@given(words=st.lists(_WORD, min_size=1, max_size=5), eol=st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_span_covers_what_it_says(pure: bool, words: list[str], eol: str):
    old, yaml_nodes.Loader = yaml_nodes.Loader, yaml.SafeLoader if pure else yaml_nodes.Loader
    try:
        parsed.forget()
        lines = [f"k{n}: '{word.replace(chr(39), '')}'" for n, word in enumerate(words)]
        text = eol.join(["---", *lines, "---", "# T", ""])
        front = doc(text).frontmatter
    finally:
        yaml_nodes.Loader = old
    assert front and not doc(text).problems
    for entry, line in zip(front.mapping.entries, lines, strict=True):
        assert isinstance(entry.value, Scalar)
        assert entry.key.span.of(text) == entry.key.text
        assert entry.value.span.of(text) == line.partition(": ")[2]
        assert entry.lines.of(text) == line + eol


@pytest.mark.parametrize("opening", ["---\n", "--- \t\n", "\ufeff---\n", "---\r\n", "---\r"])
def test_fences_are_lines(opening: str):
    document = doc(f"{opening}a: b --- c\n---  \n# T\n")
    assert document.problems == ()
    assert entries(document.text)["a"] == Scalar("b --- c", entries(document.text)["a"].span)
    assert document.facts.title == "T"


@pytest.mark.parametrize(
    "text", ["", "# T", " ---\na: b\n---\n", "----\na: b\n---\n", "\n---\n---\n"]
)
def test_no_fence_no_frontmatter(text: str):
    assert doc(text).frontmatter is None
    assert doc(text).problems == ()


def test_all_scalars_are_text(loader: str):
    found = entries(
        "---\na: 8988467\nb: 1e13302\nc: on\nd: 2026-01-01\ne: 0x1F\nf: ~\ng: 12:30:45\nh: =\n---\n"
    )
    assert [node.text for node in found.values()] == [
        "8988467", "1e13302", "on", "2026-01-01", "0x1F", "~", "12:30:45", "=",
    ]  # fmt: skip
    assert found["f"].null
    assert not entries("---\nf: '~'\n---\n")["f"].null


def test_half_typed_yaml_keeps_what_can_be_read(loader: str):
    found = entries("---\ntype: task\ndepends_on: [a, \nstatus: failed\n---\n")
    assert texts(found["depends_on"]) == ["a"]
    assert (found["type"].text, found["status"].text) == ("task", "failed")

    found = entries("---\ndepends_on:\n  - a\n  - \nlabels: \n---\n")
    assert texts(found["depends_on"]) == ["a", ""]
    assert found["labels"].null

    found = entries("---\ntype: task\nsta\nlabels: [a]\n---\n")
    assert list(found) == ["type", "labels"]

    found = entries('---\ntype: "task\nstatus: failed\n---\n')
    assert found["status"].text == "failed"

    found = entries("---\ntype: task\n  status: x\nlabels:\n- a\n---\n")
    assert texts(found["labels"]) == ["a"]


@pytest.mark.parametrize(
    ("yaml_text", "place"),
    [
        ("type: 'code\nstatus: x", "'code"),
        ("a: b\n\tc: d", "\tc: d"),
        ("a: b\nsta\nc: d", "sta"),
        ("a: [b, c", "[b, c"),
        ("a: *nope", "*nope"),
        ("a: b\x00c", "\x00c"),
        ("- a\n- b", "- a"),
        ("just text", "just text"),
        ("? [a]\n: b", "[a]"),
        ("a: b\n...\nc: d", "..."),
        ("%x\na: b", "%x"),
    ],
)
def test_faults_are_told_where_they_are(yaml_text: str, place: str):
    document = doc(f"---\n{yaml_text}\n---\n# T\n")
    assert document.problems[0].code == "yaml-syntax"
    assert document.problems[0].span.of(document.text) == place
    assert not document.trustworthy
    assert document.facts.title == "T"


def test_each_broken_block_is_told():
    document = doc("---\na: [b\nc: 'd\ne: f\n---\n")
    assert [p.span.of(document.text) for p in document.problems] == ["[b", "'d"]


def test_an_unclosed_block_is_one_problem_and_still_read():
    document = doc("---\ntype: task\nstat\n\n# T\n\n- [ ] x\n")
    assert codes(document.text) == ["frontmatter-unclosed"]
    assert document.problems[0].span.of(document.text) == "---"
    assert document.facts.type == "task"
    assert document.facts.title == "T"
    assert not document.trustworthy


def test_a_key_that_stands_twice():
    document = doc("---\nstatus: failed\ntype: task\nstatus: completed\n---\n")
    assert [p.code for p in document.problems] == ["duplicate-key"]
    assert document.problems[0].span.start == document.text.rindex("status")
    assert document.facts.status is Status.FAILED
    assert document.trustworthy


CONFLICT = "<<<<<<< HEAD\nstatus: a\n=======\nstatus: b\n>>>>>>> other\n"


@pytest.mark.parametrize(
    "text",
    [
        f"---\ntype: task\n{CONFLICT}---\n# T\n",
        f"---\ntype: task\n---\n# T\n\n{CONFLICT}",
        f"---\ntype: task\n{CONFLICT}\n# no end\n",
        f"---\ntype: task\n---\n{CONFLICT}".replace("\n", "\r\n"),
        f"---\ntype: task\n---\n```\ncode\n```\n{CONFLICT}```\nx\n```\n{CONFLICT}",
    ],
)
def test_conflict_markers_are_one_problem_and_nothing_else(text: str):
    assert codes(text) == ["conflict-markers"]
    assert doc(text).problems[0].span.of(text) == "<<<<<<< HEAD"
    assert not doc(text).trustworthy
    assert doc(text).facts.type == "task"


def test_markers_that_are_no_conflict():
    assert codes(f"# T\n\n```\n{CONFLICT}```\n") == []
    assert codes("Title\n=======\n<<<<<<< x\n") == []


@pytest.mark.parametrize(
    "front",
    [
        "a: " + "[" * 5000,
        "a: " + "{b: " * 5000,
        "\n".join(" " * n + "a:" for n in range(300)),
        "a: [" + ", ".join("x" for _ in range(100_000)) + "]",
        "a:\n" + "- x\n" * 60_000,
        "a: &a [x, x]\n" + "\n".join(f"b{n}: [{', '.join(['*a'] * 500)}]" for n in range(100)),
        "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
        "a: " + "x" * 10_000_000,
        "a: " + "\x00" * 100_000,
        "? " * 3000,
        "- " * 3000,
        "&a " * 2000,
        "!" * 100_000,
        "a: |\n" + "  x\n" * 50_000,
    ],
    ids=lambda text: text[:12].replace("\n", " "),
)
def test_what_could_grow_without_bounds_does_not(front: str, loader: str):
    if loader == "pure":
        front = front[:30_000]  # the same limits, a hundred times slower
    document = doc(f"---\ntype: task\n{front}\n---\n# T\n")
    assert 0 <= len(document.problems) <= 10
    assert document.frontmatter and len(document.frontmatter.mapping.entries) <= 1000
    assert document.facts.title == "T"


def test_an_alias_stands_for_text_or_a_plain_list():
    found = entries("---\na: &x [b, c]\nd: *x\ne: &y f\ng: *y\n---\n")
    assert texts(found["d"]) == ["b", "c"]
    assert found["g"].text == "f"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=10))
def test_quoting_agrees_with_every_yaml_reader(text: str):
    assert yaml.safe_load(quoted(text)) == text
    assert yaml.safe_load(f"[{quoted(text, flow=True)}]") == [text]
