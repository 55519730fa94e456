"""Whatever the text, there is a document, its places lie in the text, and nothing is lost."""

from dataclasses import fields, is_dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import SpecId, SpecType, Status
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import Span, apply

ID = SpecId("x")
_PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        """---~# ~- [ ] ~```~~~~a: ~- ~[~]~{~}~: ~'~"~> ~&a ~*a~!~%~?~\ufeff~\x00~\x85~\u2028~\t~😀
        ~`$ x`~depends_on:~status: ~2026-01-01-001-abc~](~#~    ~\r~labels""".replace(
            "\n        ", ""
        ).split("~")
    ),
    st.sampled_from(
        """---|~~~|## Acceptance Criteria|<<<<<<< a|=======|>>>>>>> b|## Member Specs|a: \\||1. [x]
        """.strip().split("|")
    ).map(lambda line: line + "\n"),
    st.sampled_from(["\n", "\r\n", "\ud800", "|\n"]),
)


def _spans(value: object):
    if isinstance(value, Span):
        yield value
    elif is_dataclass(value):
        for row in fields(value):
            yield from _spans(getattr(value, row.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _spans(item)


def _sound(document: Document) -> None:
    for span in _spans(document):
        assert 0 <= span.start <= span.end <= len(document.text)
    assert apply(document.text, ()) == document.text
    assert parse(document.text, document.facts.id) is document


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_never_raises_on_random_text(text: str):
    _sound(parse(text, ID))


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_never_raises_on_random_frontmatter(text: str):
    _sound(parse(f"---\n{text}\n---\n# T\n", ID))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_never_raises_on_mutated_real_specs(corpus: dict[str, str], data: st.DataObject):
    text = corpus[data.draw(st.sampled_from(sorted(corpus)))]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(text), 800)))
        text = text[:at] + data.draw(_PIECES) + text[at + data.draw(st.integers(0, 5)) :]
    _sound(parse(text, ID))


def test_big_bodies_are_read_in_one_pass():
    line = "- [ ] [x](y) 2026-01-01-001-abc `$ z` words ``\n"
    document = parse("## Acceptance Criteria\n" + line * 20_000, ID)
    assert document.facts.criteria.total == 20_000
    for text in ("[" * 1_000_000, "`" * 300_000, "a-" * 300_000, "1" * 300_000, "- " * 300_000):
        _sound(parse(f"# T\n{text}\n", ID))
    assert len(parse("x" * 10_000_000, ID).text) == 10_000_000


def test_facts_are_lenient():
    def facts(front: str):
        return parse(f"---\n{front}\n---\n# T\n", ID).facts

    assert facts("type: docs").type is SpecType.DOCUMENTATION
    assert facts("type: implementation").type is SpecType.CODE
    assert facts("type: nonsense").type is SpecType.CODE
    assert facts("type: conflict").type is SpecType.CONFLICT
    assert facts("status: ready").status is Status.PENDING
    assert facts("status: blocked").status is Status.PENDING
    assert facts("status: ~").status is Status.PENDING
    assert facts("status: nonsense").status is None
    assert facts("status: [completed]").status is None
    assert facts("labels: one").labels == ("one",)
    assert facts("labels: [a, [b], {c: d}, ~, '']").labels == ("a", "~", "")
    assert facts("labels: {a: b}").labels == ()
    assert facts("type: code").depends_on is None
    assert facts("depends_on:").depends_on is None
    assert facts("depends_on: []").depends_on == ()
    assert facts("depends_on: 001").depends_on == ("001",)
    assert facts("approval: {required: true, status: rejected, by: x}").approval.blocks
    assert not facts("approval: {required: true, status: approved}").approval.blocks
    assert not facts("approval: true").approval.required
    assert facts("prompt: [x]").prompt == ""
