"""What a keystroke costs does not grow with the project: counted in calls, not in seconds."""

import gc
from collections.abc import Callable
from weakref import ref

import pytest

from chant_ls.analysis.affected import affected
from chant_ls.analysis.check import check_document
from chant_ls.analysis.ids import Ids
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.search import found, prepare
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.summary import listed, rows
from chant_ls.model.spec import SpecId, valid_id
from chant_ls.syntax.document import parse
from tests.counting import calls

FEW, MANY = 200, 2000


def _file(id: SpecId, front: str) -> SpecFile:
    text = f"---\n{front}---\n# T\n\n## Acceptance Criteria\n\n- [ ] a\n"
    return SpecFile(f".chant/specs/{id}.md", text, parse(text, id).facts)


def _id(number: int) -> SpecId:
    id = valid_id(f"2026-01-{number // 100 + 1:02}-{number % 100:03}-a{number:04}")
    assert id is not None
    return id


def _project(count: int) -> Snapshot:
    """Each spec depends on the one before it and names a file of its own."""
    files = [_file(_id(0), "type: code\n")]
    for n in range(1, count):
        front = f"depends_on:\n  - {_id(n - 1)}\ntarget_files:\n  - src/{n}.py\n"
        files.append(_file(_id(n), front))
    snapshot = Snapshot(complete=True, today="2026-02-01").with_files(files)
    snapshot.graph.prepare()
    return snapshot


def _key(before: Snapshot, front: str) -> Callable[[], None]:
    """A key in the frontmatter of a spec near the beginning, to the diagnostics of all."""
    id = _id(20)

    def press() -> None:
        after = before.with_file(_file(id, front))
        path = after.graph.path_of(id)
        assert path
        for one in affected(before, after, path):
            check_document(after, one)

    return press


PROJECTS = {count: _project(count) for count in (FEW, MANY)}


@pytest.mark.parametrize(
    "front",
    [
        "labels: [a]\n",
        "status: completed\n",
        f"depends_on:\n  - {_id(3)}\n",
        f"depends_on:\n  - {_id(19)}\n  - {_id(150)}\n",
        "target_files: [src/5.py]\n",
        "members: []\n",
    ],
    ids=["labels", "status", "dependency", "cycle", "target", "members"],
)
def test_a_key_costs_the_same_in_a_large_project(front: str) -> None:
    few, many = (calls(_key(PROJECTS[count], front)).total() for count in (FEW, MANY))
    assert many < 1.3 * few + 200  # bisection looks at a few more


def test_a_key_in_an_unknown_id_compares_with_few() -> None:
    made = calls(_key(PROJECTS[MANY], "depends_on:\n  - 2026-01-05-x1\n"))
    assert made["SequenceMatcher.set_seq1"] <= 1 + 16
    assert made.total() < 20_000


def test_an_index_looks_for_nothing_like_what_is_missing() -> None:
    files = [_file(_id(n), f"depends_on: [gone-{n}]\ntarget_files: [a{n}]\n") for n in range(FEW)]

    def index() -> None:
        Snapshot(complete=True).with_files(files).graph.prepare()

    made = calls(index)
    assert made["Ids.nearest"] == 0
    assert made["Ids._search"] <= 2 * FEW  # among active ones, then among all


def test_the_nearest_id_is_found_among_thousands() -> None:
    ids = Ids(_id(n) for n in range(MANY))
    wanted = _id(1234)
    for wrong in (wanted[:-1], wanted[:12] + "x" + wanted[12:], "y" + wanted[1:]):
        assert wanted in ids.nearest(wrong)


def test_whether_a_spec_is_blocked_needs_no_search_for_cycles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot = PROJECTS[FEW].with_file(_file(_id(0), "type: task\n"))
    monkeypatch.setattr("chant_ls.analysis.cycles.Cycles.through", None)
    assert effective_status(snapshot, _id(5)) == "blocked"
    assert effective_status(snapshot, _id(0)) == "ready"


def test_a_list_costs_so_much_for_each_spec() -> None:
    few, many = (
        calls(lambda count=count: list(rows(PROJECTS[count], listed(PROJECTS[count])))).total()
        for count in (FEW, MANY)
    )
    assert many / few == pytest.approx(MANY / FEW, rel=0.1)


def test_what_a_key_leaves_behind_is_freed_without_a_collection() -> None:
    snapshot = PROJECTS[FEW]
    left = []
    gc.disable()
    try:
        for n in (3, 5, 7):
            snapshot = snapshot.with_file(_file(_id(20), f"depends_on:\n  - {_id(n)}\n"))
            assert snapshot.graph.cycles.through(_id(20), _id(n)) is None
            left.append(ref(snapshot.graph))
        assert [graph() is None for graph in left] == [True, True, False]
    finally:
        gc.enable()


def test_searching_after_a_key_makes_no_line_but_that_of_the_edited_spec() -> None:
    snapshot = PROJECTS[MANY]
    prepare(snapshot.graph)
    for front in (
        "depends_on: [x]\n",
        "depends_on: [xy]\n",
        "status: completed\n",
        "labels: [a]\n",
    ):
        snapshot = snapshot.with_file(_file(_id(20), front))
        made = calls(lambda now=snapshot: found(now.graph, "a0019", 100, lambda id: True))
        assert made["_line"] == 1 and made["_built"] == 0
        assert made.total() < 80
