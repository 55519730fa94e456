"""Large and hostile texts and projects: no question hangs, overflows or costs more than its share.

As in `tests/syntax/test_large.py`, what cannot be counted is asked of texts that would take hours.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest

from chant_ls.analysis.actions import actions
from chant_ls.analysis.actions.fixes import fix_all
from chant_ls.analysis.chains import chain
from chant_ls.analysis.check import MOST_OF_A_CODE, check_document
from chant_ls.analysis.completion import complete
from chant_ls.analysis.cycles import Cycles
from chant_ls.analysis.dag import dag
from chant_ls.analysis.hover import hover
from chant_ls.analysis.papers.typing import typing_at
from chant_ls.analysis.place import Value, place_at
from chant_ls.analysis.readiness import MOST_SHARED, blocked_by, effective_status, readiness
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import standing
from chant_ls.analysis.structure import folds, selections, tokens
from chant_ls.analysis.summary import listed, rows, spec_json
from chant_ls.analysis.symbols import document_symbols
from chant_ls.analysis.types import Blocked
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.text import Span
from tests.analysis.project import TODAY, snapshot, spec_file, whole
from tests.counting import calls, growth, lines

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


# projects

D = "2026-01-29-001-drv"


def _total(action: Callable[[], object]) -> int:
    return calls(action).total()


def _driver(members: int, front: str = "") -> Snapshot:
    """A driver whose first half of members is completed."""
    texts = {D: f"---\ntype: driver\n{front}---\n# D\n", "zz": "# z\n"}
    done = "---\nstatus: completed\n---\n# m\n"
    for n in range(1, members + 1):
        texts[f"{D}.{n}"] = done if n <= members // 2 else "---\n---\n# m\n"
    files = [spec_file(id, text) for id, text in texts.items()]
    return Snapshot(complete=True, today=TODAY).with_files(files)


def _every_status(project: Snapshot) -> None:
    for id in project.graph.ids:
        effective_status(project, id)


def _every_answer(project: Snapshot) -> None:
    for id in project.graph.ids:
        spec_json(project, id)
    list(rows(project, listed(project)))


@pytest.mark.parametrize("front", ["", "depends_on: [zz]\n", "members: [zz]\n"])
@pytest.mark.parametrize(
    "ask", [lambda p: p.graph.prepare(), _every_status, _every_answer, dag],
    ids=["prepare", "status", "json", "dag"],
)  # fmt: skip
def test_members_of_a_driver_cost_so_much_each(
    front: str, ask: Callable[[Snapshot], object]
) -> None:
    assert growth(_total, lambda n: partial(ask, _driver(n, front)), 200) < 5


@pytest.mark.parametrize("ask", [lambda p: p.graph.prepare(), _every_status, _every_answer])
@pytest.mark.parametrize("order", [1, -1], ids=["down", "up"])
def test_drivers_within_drivers_cost_so_much_each(
    ask: Callable[[Snapshot], object], order: int
) -> None:
    def nested(depth: int) -> Snapshot:
        ids = [f"s-{n:04}" for n in range(depth)][::order]
        texts = {one: f"type: driver\nmembers: [{below}]" for one, below in pairwise(ids)}
        return snapshot({**texts, ids[-1]: "", ids[0]: f"depends_on: [zz]\nmembers: [{ids[1]}]"})

    assert growth(_total, lambda n: partial(ask, nested(n))) < 5


def test_a_thousand_members_wait_for_those_before_them() -> None:
    project = _driver(1_000, "depends_on: [zz]\n")
    last = SpecId(f"{D}.1000")
    answer = readiness(project, last)
    assert isinstance(answer, Blocked)
    assert [one.kind for one in answer.reasons] == ["driver"] + ["sibling"] * 499
    assert len(blocked_by(project, last)) == 1 + MOST_SHARED
    assert effective_status(project, f"{D}.501") == "blocked"
    assert chain(project, last)
    assert check_document(project, f".chant/specs/{last}.md") is not None


def test_what_is_not_settled_is_shown_to_nobody() -> None:
    """Another thread may read the memo at any moment: what stands there once is final."""

    class Final(dict[tuple[str, str], object]):
        def __setitem__(self, key: tuple[str, str], value: object) -> None:
            assert self.get(key, value) == value, key
            super().__setitem__(key, value)

        def setdefault(self, key: tuple[str, str], value: object = None) -> object:
            raise AssertionError(key)

    done = "---\nstatus: completed\n---\n# m\n"
    project = snapshot({D: "---\ntype: driver\n---\n# D\n", f"{D}.1": done, f"{D}.2": done})
    object.__setattr__(project, "memo", Final())
    assert standing(project, D) == "completed"


def test_an_order_made_anew_meanwhile_confuses_no_search() -> None:
    base = snapshot(dict.fromkeys("abc", "")).graph
    base.cycles.prepare()
    graph = base.replaced(
        [], [spec_file("a", whole("depends_on: [b]")), spec_file("b", whole("depends_on: [a]"))]
    )
    known = graph.cycles.known

    class Meddling:
        ids = graph.ids
        earlier_siblings = staticmethod(graph.earlier_siblings)

        def waits_for(self, id: str) -> tuple[SpecId, ...]:
            if known.ground and known.ground.changed:
                known.renew(graph)
            return graph.waits_for(id)

    assert known.ground and known.ground.changed
    assert Cycles(Meddling(), known).through("a", "b") == ("a", "b", "a")
    assert known.ground.lowest is None
    assert Cycles(graph, known).through("b", "a") == ("a", "b", "a")


# findings and what mends them

KEYS = "".join(f"lables{n}: [x]\n" for n in range(3_000))


def _spec(front: str, body: str = "") -> Snapshot:
    return snapshot({A: f"---\n{front}---\n# A\n\n{body}"})


def test_no_rule_tells_more_than_a_hundred_findings_of_a_file() -> None:
    found = check_document(_spec(KEYS), f".chant/specs/{A}.md")
    unknown = [one for one in found if one.code == "unknown-field"]
    assert len(unknown) == MOST_OF_A_CODE
    assert ["there are more" in one.message for one in unknown] == [False] * 99 + [True]
    made = calls(lambda: check_document(_spec(KEYS), f".chant/specs/{A}.md"))
    assert made["unknown_field"] <= MOST_OF_A_CODE + 2


def test_fixing_all_costs_so_much_for_each_line() -> None:
    def fix(size: int) -> Callable[[], object]:
        lines = "".join(f"line {n}\n\n" for n in range(size))
        project = _spec("labels: bug\nstatus: ready\n", lines)
        return lambda: fix_all(project, f".chant/specs/{A}.md")

    assert growth(_total, fix, 1_000) < 5


def test_a_document_full_of_blank_lines_is_fixed() -> None:
    project = _spec("labels: bug\n", "\n" * MANY)
    (edits,) = fix_all(project, f".chant/specs/{A}.md").edits.values()
    assert [edit.new for edit in edits] == ["[", "]"]


@pytest.mark.parametrize(
    ("front", "body"),
    [
        (lambda n: "", lambda n: "## Acceptance Criteria\n\n" + "- [ ] one\n" * n),
        (lambda n: "", lambda n: "## head\n\ntext\n\n" * n),
        (lambda n: "", lambda n: "## head\n\n- [ ] one\n- item\n\n### below\n\n- [x] two\n\n" * n),
        (lambda n: "", lambda n: "## Member Specs\n\n" + "".join(f"- `s-{i}`\n" for i in range(n))),
        (lambda n: "".join(f"depends_on{i}: [zz]\n" for i in range(n)), lambda n: ""),
        (lambda n: f"depends_on: [{', '.join(f'zz{i}' for i in range(n))}]\n", lambda n: ""),
    ],
    ids=["boxes", "headings", "sections", "members", "keys", "dependencies"],
)
@pytest.mark.parametrize("ask", ["actions", "folds", "symbols", "selections", "tokens", "check"])
def test_a_large_document_costs_so_much_for_each_line(
    front: Callable[[int], str], body: Callable[[int], str], ask: str
) -> None:
    def work(size: int) -> Callable[[], object]:
        project = _spec(front(size), body(size))
        path = f".chant/specs/{A}.md"
        document = project.files[path].document
        middle = len(document.text) // 2
        found = check_document(project, path)
        return {
            "actions": lambda: actions(project, path, Span(0, len(document.text)), found),
            "folds": lambda: folds(document),
            "symbols": lambda: document_symbols(document),
            "selections": lambda: selections(document, middle),
            "tokens": lambda: tokens(project, path),
            "check": lambda: check_document(project, path),
        }[ask]

    assert growth(lines, work, 200) < 5
