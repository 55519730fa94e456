"""The truth table of readiness: one function that every surface asks."""

import pytest

from chant_ls.analysis.chains import chain, next_step
from chant_ls.analysis.readiness import describe, effective_status, is_ready, readiness
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Blocked, Ready
from chant_ls.model.runs import RunState
from chant_ls.model.spec import Status
from tests.analysis.project import snapshot

CRITERIA = "---\n{}\n---\n\n# T\n\n## Acceptance Criteria\n\n- [ ] one\n"


def reasons(project: Snapshot, id: str) -> list[str]:
    match readiness(project, id):
        case Blocked(found):
            return [f"{r.kind} {r.id}" for r in found]
        case Ready():
            return []


@pytest.mark.parametrize(
    ("dependency", "run", "kind"),
    [
        ("status: pending", None, "dependency"),
        ("status: in_progress", None, "dependency"),
        ("status: paused", None, "dependency"),
        ("status: failed", None, "dependency"),
        ("status: needs_attention", None, "dependency"),
        ("status: nonsense", None, "dependency"),
        ("status: completed", None, None),
        ("status: cancelled", None, None),
        ("status: pending", RunState.COMPLETED, "unmerged"),
        ("status: pending", RunState.MERGING, "unmerged"),
        ("status: pending", RunState.MERGED, None),
        ("status: pending", RunState.FAILED, "dependency"),
        ("status: pending", RunState.CANCELLED, None),
        ("status: cancelled", RunState.FAILED, None),
        ("status: completed", RunState.FAILED, None),
    ],
)
def test_a_dependency_by_its_status(dependency: str, run: RunState | None, kind: str) -> None:
    project = snapshot({"a": dependency, "b": "depends_on: [a]"}, {"a": run} if run else {})
    assert reasons(project, "b") == ([f"{kind} a"] if kind else [])
    assert effective_status(project, "b") is (Status.BLOCKED if kind else Status.READY)


@pytest.mark.parametrize(
    ("status", "blocked"), [("completed", []), ("cancelled", []), ("pending", ["dependency a"])]
)
def test_an_archived_dependency(status: str, blocked: list[str]) -> None:
    texts = {"archive/2026-01-01/a.md": f"status: {status}", "b": "depends_on: [a]"}
    assert reasons(snapshot(texts), "b") == blocked


@pytest.mark.parametrize(
    ("specs", "id", "expected"),
    [
        ({"b": "depends_on: [nobody]"}, "b", ["missing nobody"]),
        ({"a1": "", "a2": "", "b": "depends_on: [a]"}, "b", ["ambiguous a"]),
        ({"b": "depends_on: [b]"}, "b", ["cycle b"]),
        ({"a": "depends_on: [b]", "b": "depends_on: [a]"}, "b", ["cycle a"]),
        ({"b": "depends_on: ['other:x']"}, "b", ["repo other:x"]),
        ({"b": "approval: {required: true}"}, "b", ["approval b"]),
        ({"b": "approval: {required: true, status: rejected, by: me}"}, "b", ["approval b"]),
        ({"b": "approval: {required: true, status: approved, by: me}"}, "b", []),
        ({"b": "depends_on: a", "a": ""}, "b", ["dependency a"]),
        ({"b": "informed_by: [a]", "a": ""}, "b", []),
        # siblings
        ({"d": "", "d.1": "", "d.2": "", "d.3": ""}, "d.3", ["sibling d.1", "sibling d.2"]),
        ({"d": "", "d.1": "status: cancelled", "d.3": ""}, "d.3", []),
        ({"d": "", "d.1": "", "d.2": "depends_on: []"}, "d.2", []),
        ({"d": "", "d.1": "", "d.2": "depends_on:"}, "d.2", ["sibling d.1"]),
        ({"d": "", "d.1": "", "d.2": "", "d.2.1": "", "d.2.2": ""}, "d.2.2", ["sibling d.2.1"]),
        ({"d": "members: [m, n]", "m": "", "n": ""}, "n", []),
        # inherited from drivers
        ({"d": "depends_on: [o]", "d.1": "", "o": ""}, "d.1", ["driver o"]),
        ({"d": "depends_on: [o]", "d.1.1": "", "d.1": "", "o": ""}, "d.1.1", ["driver o"]),
        ({"d": "members: [m]\ndepends_on: [o]", "m": "", "o": ""}, "m", ["driver o"]),
        ({"d": "depends_on: [d.1, d.2]", "d.1": "", "d.2": "depends_on: []"}, "d.2", []),
        ({"d": "depends_on: [gone]", "d.1": ""}, "d.1", ["driver gone"]),
        # containers
        ({"d": "", "d.1": "", "d.2": "status: completed"}, "d", ["members d.1"]),
        ({"d": "depends_on: [d.1]", "d.1": ""}, "d", ["members d.1"]),
        ({"d": CRITERIA.format(""), "d.1": ""}, "d", ["members d.1"]),
        ({"d": CRITERIA.format(""), "d.1": "status: cancelled"}, "d", []),
        ({"d": "type: driver"}, "d", []),
    ],
)
def test_what_stands_in_the_way(specs: dict[str, str], id: str, expected: list[str]) -> None:
    project = snapshot(specs)
    assert reasons(project, id) == expected
    assert is_ready(project, id) is not bool(expected)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        (["completed", "completed"], "completed"),
        (["completed", "cancelled"], "completed"),
        (["cancelled", "cancelled"], "ready"),
        (["completed", "pending"], "blocked"),
        (["completed", "failed"], "blocked"),
    ],
)
def test_a_container_is_completed_when_its_members_are(members: list[str], status: str) -> None:
    specs = {f"d.{n}": f"status: {word}" for n, word in enumerate(members, 1)}
    project = snapshot({"d": "type: driver", **specs, "after": "depends_on: [d]"})
    assert effective_status(project, "d") == status
    assert is_ready(project, "after") is (status == "completed")


def test_a_container_with_criteria_is_worked_itself() -> None:
    project = snapshot({"d": CRITERIA.format("type: driver"), "d.1": "status: completed"})
    assert effective_status(project, "d") is Status.READY


def test_an_unmerged_member_holds_its_container_up() -> None:
    specs = {"d": "type: driver", "d.1": "", "after": "depends_on: [d]"}
    project = snapshot(specs, {"d.1": RunState.COMPLETED})
    assert effective_status(project, "d") is Status.BLOCKED
    assert next_step(project, "after") == "chant merge d.1"


@pytest.mark.parametrize("word", ["failed", "paused", "needs_attention", "in_progress"])
def test_only_pending_specs_are_ready(word: str) -> None:
    project = snapshot({"a": f"status: {word}"})
    assert effective_status(project, "a") == word
    assert not is_ready(project, "a")


def test_members_in_a_circle_end() -> None:
    project = snapshot({"a": "members: [b]", "b": "members: [a]"})
    assert effective_status(project, "a") is Status.BLOCKED
    assert chain(project, "a")


def test_drivers_nested_ten_thousand_deep_end() -> None:
    specs = {f"s-{n}": f"members: [s-{n + 1}]" for n in range(3_000)}
    project = snapshot({**specs, "s-3000": "status: completed"})
    assert effective_status(project, "s-0") is Status.COMPLETED


def test_the_chain_leads_to_the_root_cause() -> None:
    project = snapshot({"c": "depends_on: [b]", "b": "depends_on: [a]", "a": "status: failed"})
    (b,) = chain(project, "c")
    (a,) = b.because
    assert (b.reason.id, a.reason.id, a.reason.status) == ("b", "a", Status.FAILED)
    assert next_step(project, "c") == "chant reset a"


def test_the_chain_tells_each_spec_once_and_ends() -> None:
    project = snapshot({"a": "depends_on: [b, c]", "b": "depends_on: [c]", "c": "depends_on: [a]"})
    b, c = chain(project, "a")
    assert [link.cut for link in (b, c)] == [False, False]
    assert b.because[0].cut and c.because[0].cut


def test_a_long_chain_is_bounded() -> None:
    project = snapshot({f"s-{n}": f"depends_on: [s-{n + 1}]" for n in range(2_000)})
    links, depth = chain(project, "s-0", most=50), 0
    while links:
        links, depth = links[0].because, depth + 1
    assert depth == 50


@pytest.mark.parametrize(
    ("specs", "run", "words", "step"),
    [
        ({"a-1": ""}, None, "depends on a-1", "chant work a-1"),
        ({"a-1": ""}, RunState.COMPLETED, "depends on a-1, which is not merged", "chant merge a-1"),
        ({"a-1": "status: paused"}, None, "depends on a-1", "chant resume a-1"),
        (
            {"a-1": "approval: {required: true}"},
            None,
            "depends on a-1",
            "chant approve a-1 --by NAME",
        ),
        ({}, None, "depends on a-1, which does not exist", ""),
        ({"a-1": "depends_on: [b]"}, None, "waits for itself: a-1 → b → a-1", ""),
    ],
)
def test_words_and_next_step(
    specs: dict[str, str], run: RunState | None, words: str, step: str
) -> None:
    project = snapshot({**specs, "b": "depends_on: [a-1]"}, {"a-1": run} if run else {})
    found = readiness(project, "b")
    assert isinstance(found, Blocked)
    assert describe(found.reasons[0]) == words
    assert next_step(project, "b") == step


def test_ids_are_told_short() -> None:
    project = snapshot({"2026-01-29-010-abc": "", "b": "depends_on: [2026-01-29-010-abc]"})
    found = readiness(project, "b")
    assert isinstance(found, Blocked)
    assert describe(found.reasons[0]) == "depends on 010-abc"
