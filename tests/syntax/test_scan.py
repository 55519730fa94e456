"""The fast path says exactly what the parser says, or nothing."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.scan import scan

ID = SpecId("2026-01-29-010-abc")

_FRAGMENTS = st.sampled_from(
    """---|type: code|type: docs|status: ready|status: nope|depends_on:|depends_on: []|- a|  - b
    |- 'x: y'|labels: [a]|labels: a|model: ~|model: null|prompt: ''|# c|branch: a: b|branch: a #b
    |x: {a: b}|labels: [ a,b c , d]|labels: [a, null, ~]|members: [x.1, 1:2]|labels: [a,]
    |model: "a b"|  - "c'd"|- ""|model: "\\t"|  by: null|  at: 2026-02-01T14:45:12Z|- c: d
    |members:|- 1:2|provider: 'é'|approval:|  required: true|  status: approved
    |# T|## Acceptance Criteria|### acceptance criteria: x|- [ ] a|  * [x] b|1. [X] c|```|````sh
    |~~~|    ```|- ```|   ```|## N||\t| |\r""".replace("\n    ", "").split("|")
).map(lambda line: line + "\n")


def _agrees(text: str) -> bool:
    facts = scan(text, ID)
    assert facts is None or facts == parse(text, ID).facts
    return facts is not None


def test_answers_for_nearly_all_of_the_corpus(corpus: dict[str, str]):
    answered = sum(_agrees(text) for text in corpus.values())
    assert answered / len(corpus) == 1


@settings(max_examples=400, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=14), st.lists(_FRAGMENTS, max_size=14))
def test_agrees_with_the_parser(front: list[str], body: list[str]):
    _agrees("---\n" + "".join(front) + "---\n" + "".join(body))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_agrees_on_mutated_real_specs(corpus: dict[str, str], data: st.DataObject):
    text = corpus[data.draw(st.sampled_from(sorted(corpus)))]
    at = data.draw(st.integers(0, min(len(text), 600)))
    new = data.draw(st.one_of(_FRAGMENTS, st.text(max_size=3)))
    _agrees(text[:at] + new + text[at + data.draw(st.integers(0, 3)) :])


def test_leaves_the_unusual_to_the_parser():
    for front in (
        "type: code # why",
        "a: &x b",
        "type: code\ntype: task",
        "a: 'b''c'",
        'a: "b\\tc"',
        "labels: [a, {b: c}]",
        "labels: [a, 'b']",
        "labels: [a: b]",
        "labels: [a,, b]",
        "approval:\n  by: a\n  by: b",
        "approval:\n  by: null",
    ):
        assert scan(f"---\n{front}\n---\n# T\n", ID) is None


def test_answers_for_every_common_shape():
    for front in (
        "labels: [a]",
        "labels: [ a, b c,d ]\ndepends_on: []",
        'model: "a b"\nlabels:\n  - "x"\n  - \'y z\'',
        "approval:\n  required: true\n  by: bob\n  at: 2026-02-01T14:45:12Z",
    ):
        assert _agrees(f"---\n{front}\n---\n# T\n")


def test_reads_the_id_from_its_argument(corpus: dict[str, str]):
    path, text = next(iter(corpus.items()))
    facts = scan(text, SpecId(Path(path).stem))
    assert facts is not None
    assert facts.id == Path(path).stem
