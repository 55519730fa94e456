"""The graph shares what a change leaves alone, and equals one built from scratch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chant_ls.analysis.graph import Graph, Relation
from chant_ls.analysis.types import Ambiguous, Missing, Resolved
from tests.analysis.project import snapshot, spec_file, whole

A, B = "2026-01-29-010-abc", "2026-01-29-011-def"


def test_same_facts_same_graph_object() -> None:
    before = snapshot({A: "depends_on: [x]"})
    after = before.with_file(spec_file(A, whole("depends_on: [x]") + "more words\n"))
    assert after.graph is before.graph
    assert after.find(A) is not before.find(A)


def test_untouched_indexes_are_shared() -> None:
    before = snapshot({A: f"depends_on: [{B}]\nlabels: [x]", B: "labels: [x]"}).graph
    assert not before.cycles.circles
    new = spec_file(B, whole("labels: [x]\nstatus: completed"))
    after = before.replaced([spec_file(B, whole("labels: [x]"))], [new])
    assert after is not before
    assert after.every is before.every
    assert after.cycles.known is before.cycles.known
    for relation in Relation:
        assert after._indexes[relation] is before._indexes[relation]


def test_edges_both_ways_whole_and_short() -> None:
    graph = snapshot(
        {A: "", B: f"depends_on: ['{A}', nothing]", "c": "depends_on: [010-abc]"}
    ).graph
    assert graph.dependencies(B) == (A,)
    assert graph.dependencies("c") == (A,)
    assert graph.dependents(A) == {B, "c"}
    assert graph.named_by(Relation.DEPENDS, "nothing") == {B}


def test_a_missing_target_is_found_when_it_comes() -> None:
    before = snapshot({B: "depends_on: [010-abc]"})
    assert before.graph.dependencies(B) == ()
    assert before.with_file(spec_file(A, whole(""))).graph.dependents(A) == {B}


def test_members_by_number_then_by_field() -> None:
    graph = snapshot({"x": "members: [z, x.2, y]", "x.10": "", "x.2": "", "y": "", "z": ""}).graph
    assert graph.members("x") == ("x.2", "x.10", "z", "y")
    assert graph.drivers("y") == ("x",)
    assert graph.drivers("x.2") == ("x",)


def test_active_goes_before_archived() -> None:
    both = snapshot({f"archive/2026-01-29/{A}.md": "status: completed", A: ""})
    assert both.graph.path_of(A) == f".chant/specs/{A}.md"
    assert list(both.graph.duplicates) == [A]
    left = both.without([f".chant/specs/{A}.md"])
    assert left.graph.archived(A)
    assert not left.graph.duplicates


def test_ids_come_in_natural_order_however_they_came() -> None:
    ids = [f"2026-01-29-0{n}-abc" for n in ("10", "09", "0z")]
    graph = snapshot({ids[0]: "", f"{ids[0]}.10": "", f"{ids[0]}.9": ""}).graph
    assert graph.ids == (ids[0], f"{ids[0]}.9", f"{ids[0]}.10")
    graph = graph.replaced([], [spec_file(id, "") for id in ids[1:]])
    assert graph.ids == (ids[1], ids[2], ids[0], f"{ids[0]}.9", f"{ids[0]}.10")


@pytest.mark.parametrize(
    ("edges", "edge", "cycle"),
    [
        ({"a": "depends_on: [a]"}, "aa", "a a"),
        ({"a": "depends_on: [b]", "b": "depends_on: [a]"}, "ba", "a b a"),
        (
            {"a": "depends_on: [b, c]", "b": "depends_on: [c]", "c": "depends_on: [a]"},
            "ca",
            "a c a",
        ),
        ({"a": "depends_on: [b]", "b": "depends_on: []"}, "ab", None),
    ],
)
def test_shortest_cycle_through_an_edge(
    edges: dict[str, str], edge: str, cycle: str | None
) -> None:
    found = snapshot(edges).graph.cycles.through(edge[0], edge[1])
    assert found == (tuple(cycle.split()) if cycle else None)


def test_implicit_sibling_order_closes_cycles() -> None:
    graph = snapshot({"x": "", "x.1": "depends_on: [x.2]", "x.2": ""}).graph
    assert graph.cycles.through("x.1", "x.2") == ("x.1", "x.2", "x.1")
    free = snapshot({"x": "", "x.1": "depends_on: [x.2]", "x.2": "depends_on: []"}).graph
    assert free.cycles.through("x.1", "x.2") is None


def test_a_member_that_waits_for_its_driver_is_a_cycle_but_not_the_other_way() -> None:
    assert snapshot({"x": "", "x.1": "depends_on: [x]"}).graph.cycles.circles
    assert not snapshot({"x": "depends_on: [x.1]", "x.1": ""}).graph.cycles.circles


def test_what_the_driver_waits_for_holds_up_its_members() -> None:
    graph = snapshot({"x": "depends_on: [y]", "x.1": "", "y": "depends_on: [x.1]"}).graph
    assert graph.cycles.through("y", "x.1") == ("x.1", "y", "x.1")


def test_a_chain_of_ten_thousand_closes() -> None:
    n = 10_000
    files = [spec_file(f"s-{i}", f"---\ndepends_on: [s-{(i + 1) % n}]\n---\n") for i in range(n)]
    cycles = Graph().replaced([], files).cycles
    found = [cycles.through(f"s-{i}", f"s-{(i + 1) % n}") for i in range(0, n, 100)]
    assert all(cycle is not None and len(cycle) == n + 1 for cycle in found)


def test_a_dense_graph_is_fine() -> None:
    n = 120
    ids = [f"s-{i}" for i in range(n)]
    files = [spec_file(id, f"---\ndepends_on: [{', '.join(ids)}]\n---\n") for id in ids]
    cycles = Graph().replaced([], files).cycles
    assert cycles.through("s-1", "s-0") == ("s-0", "s-1", "s-0")
    assert len(cycles.circles) == n


SIBLINGS = ["x", "x.1", "x.2", "x.2.1", "x.3", "x.10", "y", "y.1"]


def _all_it_waits_for(graph: Graph, id: str) -> set[str]:
    above = (one for _, one in graph.inherited(id))
    own = {*graph.outside_dependencies(id), *graph.members(id)}
    return {*own, *graph.earlier_siblings(id), *above}


def _shortest(graph: Graph, start: str, end: str) -> int | None:
    """How many specs a shortest way from `start` to `end` has."""
    seen, now, length = {start}, {start}, 1
    while now and end not in now:
        now = {other for one in now for other in _all_it_waits_for(graph, one)} - seen
        seen |= now
        length += 1
    return length if now else None


@given(
    st.dictionaries(
        st.sampled_from(SIBLINGS),
        st.fixed_dictionaries(
            {},
            optional={
                name: st.lists(st.sampled_from(SIBLINGS), max_size=2)
                for name in ("depends_on", "members")
            },
        ),
    )
)
def test_a_cycle_is_as_short_as_can_be_though_only_the_nearest_siblings_are_edges(
    specs: dict[str, dict[str, list[str]]],
) -> None:
    texts = {
        id: "\n".join(f"{k}: [{', '.join(v)}]" for k, v in fields.items())
        for id, fields in specs.items()
    }
    graph = snapshot(texts).graph
    for id in graph.ids:
        above = ((one, graph.facts_of(one)) for one in graph.above(id) - {id})
        assert graph.holders(id) == {one for one, facts in above if facts and facts.depends_on}
        assert set(graph.waits_for(id)) <= _all_it_waits_for(graph, id)
        for target in _all_it_waits_for(graph, id):
            cycle, shortest = graph.cycles.through(id, target), _shortest(graph, target, id)
            assert (len(cycle) - 1 if cycle else None) == shortest


def test_resolution_of_stored_references() -> None:
    old = "archive/2026-01-01/2026-01-01-001-old.md"
    graph = snapshot({A: "", f"{A}.1": "", B: "", old: ""}).graph
    assert graph.resolve("abc") == Resolved(A)
    assert graph.resolve("29-010") == Resolved(A)
    assert graph.resolve("001-old") == Resolved("2026-01-01-001-old")
    assert graph.resolve("2026-01-29") == Ambiguous((A, B))
    assert graph.resolve("2026-01-29-010-abx") == Missing((A, f"{A}.1", B))


def test_a_spec_that_is_not_there_waits_for_nothing() -> None:
    graph = snapshot({"d": "depends_on: [o]", "o": ""}).graph
    assert graph.waits_for("d.1") == ()
    assert graph.circles_of("d.1") == frozenset()
