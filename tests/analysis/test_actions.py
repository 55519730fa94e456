"""Code actions: verbs, splits, new specs, adopted lists."""

import pytest

from chant_ls.analysis.actions import actions
from chant_ls.analysis.check import check_document
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, CreateFile
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax import slots
from chant_ls.syntax.text import Span, apply
from tests.analysis.cursor import CURSOR
from tests.analysis.project import snapshot, spec_file

A, B = "2026-01-29-010-abc", "2026-01-29-011-def"


def offered(text: str, base: Snapshot, id: str = A) -> tuple[Snapshot, dict[str, Action]]:
    """Actions by title at the cursor, or at what stands between two."""
    start, end = text.index(CURSOR), text.rindex(CURSOR)
    span = Span(start, end - (end != start) * len(CURSOR))
    file = spec_file(id, text.replace(CURSOR, ""))
    project = base.with_file(file)
    return project, {action.title: action for action in actions(project, file.path, span)}


def after(project: Snapshot, action: Action) -> Snapshot:
    """The project once the action's change is made."""
    assert action.change is not None, action
    change = action.change()
    for path, edits in change.edits.items():
        new = apply(project.files[path].text, edits)
        project = project.with_file(spec_file(path.removeprefix(".chant/"), new))
    for made in change.files:
        assert isinstance(made, CreateFile) and made.path not in project.files
        project = project.with_file(spec_file(made.path.removeprefix(".chant/"), made.text))
    return project


def text_of(project: Snapshot, id: str) -> str:
    file = project.find(id)
    assert file is not None
    return file.text


def errors(project: Snapshot, id: str) -> list[str]:
    file = project.find(id)
    assert file is not None
    return [
        d.code for d in check_document(project, file.path) if d.severity in ("error", "warning")
    ]


# verbs


def run(state: RunState, live: bool = False) -> RunInfo:
    return RunInfo("r", SpecId(A), state, live)


PLAIN = "---\ntype: code\n---\n\n# Ti‸tle\n"


@pytest.mark.parametrize(
    ("info", "enabled"),
    [
        (None, "Work, Cancel, Split into members (by an agent)"),
        (run(RunState.RUNNING, True), "Cancel, Reset: make it pending again, Show the log"),
        (run(RunState.FAILED), "Cancel, Resume, Reset: make it pending again, Show the log"),
        (run(RunState.COMPLETED), "Merge, Cancel, Reset: make it pending again, Show the log"),
        (run(RunState.MERGED), "Cancel, Reset: make it pending again, Show the log"),
    ],
)
def test_verbs_that_the_state_allows(info: RunInfo | None, enabled: str) -> None:
    base = snapshot({})
    _, found = offered(PLAIN, base.with_run(info) if info else base)
    verbs = [action for action in found.values() if action.kind == "chant"]
    assert ", ".join(a.title for a in verbs if a.run) == enabled
    assert all(a.run.arguments["spec"] == A for a in verbs if a.run)
    assert all(a.disabled for a in verbs if not a.run)


def test_a_blocked_spec_says_why_and_offers_the_chain() -> None:
    base = snapshot({B: "", "z": f"depends_on: [{B}]"})
    _, found = offered("---\ndepends_on: [z]\n---\n\n# Ti‸tle\n", base)
    assert found["Work"].run is None
    assert found["Work"].disabled == f"{A} is blocked: depends on z; `chant work {B}`"
    chain = found["Work with its unmet dependencies"].run
    assert chain and chain.command == "chant.work"
    assert chain.arguments == {"spec": A, "chain": True}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("depends_on: [none]", "depends on none, which does not exist"),
        ("depends_on: [f]", "depends on f"),
        ("depends_on: [c]", "depends on c, which is not merged"),
        (f"depends_on: [{A}]", "waits for itself"),
        ("approval: {required: true}", "needs approval"),
        ("labels: [x]", "waits for nothing"),
    ],
)
def test_no_chain_where_it_cannot_end_well(fields: str, why: str) -> None:
    base = snapshot({"f": "", "c": ""}, {"f": RunState.FAILED, "c": RunState.COMPLETED})
    _, found = offered(f"---\n{fields}\n---\n\n# Ti‸tle\n", base)
    action = found["Work with its unmet dependencies"]
    assert action.run is None and why in action.disabled


def test_a_driver_is_worked_by_its_members() -> None:
    base = snapshot({f"{A}.1": "", f"{A}.2": ""})
    _, found = offered("---\ntype: driver\n---\n\n# Ti‸tle\n", base)
    assert found["Work"].run
    assert "is a driver already" in found["Split into members (by an agent)"].disabled


def test_approve_and_reject() -> None:
    text = "---\napproval:\n  required: true\n  status: {}\n---\n\n# Ti‸tle\n"
    _, found = offered(text.format("pending"), snapshot({}))
    assert found["Approve"].run and found["Reject"].run
    assert "needs approval" in found["Work"].disabled
    _, found = offered(text.format("approved"), snapshot({}))
    assert "approved already" in found["Approve"].disabled and found["Reject"].run
    assert "needs no approval" in offered(PLAIN, snapshot({}))[1]["Approve"].disabled


def test_what_is_archived_or_finished_is_not_decided() -> None:
    text = "---\nstatus: {}\napproval: {{required: true}}\n---\n\n# Ti‸tle\n"
    _, found = offered(text.format("completed"), snapshot({}))
    assert "is completed: there is nothing to decide" in found["Approve"].disabled
    _, found = offered(text.format("pending"), snapshot({}), f"archive/{A}.md")
    assert found["Approve"].disabled and found["Reject"].disabled


def test_archived_specs_are_not_worked() -> None:
    _, found = offered(PLAIN, snapshot({}), f"archive/{A}.md")
    assert found["Work"].disabled == f"{A} is archived; `chant show {A}` shows it"


# split into research and implement

SPLIT = "Split into research and implement"
TASK = f"""---
type: task
status: pending # mine
labels: [storage, private]
target_files:
  - src/lock.rs
prompt: standard
depends_on: [{B}]
---

# Optimi‸ze lock contention!

## Context

Slow since 0.7.

## Acceptance Criteria

- [ ] Faster `$ make bench`
- [x] Measured
"""


def test_split_into_research_and_implement() -> None:
    base = snapshot({B: "", "later": f"depends_on: [{A}]"})
    project, found = offered(TASK, base)
    done = after(project, found[SPLIT])
    findings = ".chant/research/optimize-lock-contention.md"
    assert text_of(done, A) == (
        "---\ntype: driver\nstatus: pending # mine\nlabels: [storage, private]\n"
        f"depends_on: [{B}]\n---\n\n# Optimize lock contention!\n\n## Context\n\nSlow since 0.7.\n"
    )
    research, implement = done.facts(f"{A}.1"), done.facts(f"{A}.2")
    assert research and implement
    assert (research.type, research.prompt, research.target_files, research.depends_on) == (
        "research",
        "research",
        (findings,),
        None,
    )
    assert (implement.type, implement.prompt, implement.target_files) == (
        "task",
        "standard",
        ("src/lock.rs",),
    )
    assert implement.depends_on == (f"{A}.1",)
    assert implement.informed_by == (findings,)
    assert (implement.criteria.done, implement.criteria.total) == (1, 2)
    assert "Faster `$ make bench`" in text_of(done, f"{A}.2")
    assert "Slow since 0.7." in text_of(done, f"{A}.2")
    assert research.private and implement.private
    assert done.graph.members(A) == (f"{A}.1", f"{A}.2")
    assert done.graph.dependents(A) == {"later"}
    assert errors(done, A) == []


def test_what_is_split_is_worked_in_order() -> None:
    project, found = offered(TASK.replace(f"depends_on: [{B}]\n", ""), snapshot({}))
    done = after(project, found[SPLIT])
    assert [effective_status(done, f"{A}.{n}") for n in (1, 2)] == [Status.READY, Status.BLOCKED]
    assert effective_status(done, A) is Status.BLOCKED


def test_split_numbers_on_and_does_not_share_findings() -> None:
    base = snapshot({f"{A}.1": "", f"{A}.4": "", "x": "target_files: [.chant/research/title.md]"})
    project, found = offered(PLAIN, base)
    done = after(project, found[SPLIT])
    assert done.graph.members(A) == (f"{A}.1", f"{A}.4", f"{A}.5", f"{A}.6")
    facts = done.facts(f"{A}.6")
    assert facts and facts.depends_on == (f"{A}.5",)
    assert facts.informed_by == (".chant/research/title-010-abc.md",)


def test_what_is_split_keeps_approval_agent_and_documents() -> None:
    text = (
        "---\ntype: documentation\ncontext: [docs/a.md]\ntracks: [src/**]\norigin: data.csv\n"
        "output_schema: s.json\ninformed_by: [docs/b.md]\ntarget_files: [docs/c.md]\n"
        "provider: fixer\nmodel: large\napproval: {required: true}\n---\n\n# T‸\n"
    )
    project, found = offered(text, snapshot({}))
    done = after(project, found[SPLIT])
    for member in (f"{A}.1", f"{A}.2"):
        facts = done.facts(member)
        assert facts and facts.approval.blocks
        assert (facts.provider, facts.model) == ("fixer", "large")
        assert texts(done, member, "context") == ("docs/a.md",)
        assert texts(done, member, "origin") == ("data.csv",)
        assert "docs/b.md" in facts.informed_by
        assert "documentation-inputs" not in errors(done, member)
    assert texts(done, f"{A}.2", "tracks") == ("src/**",)
    assert texts(done, f"{A}.2", "output_schema") == ("s.json",)
    assert texts(done, f"{A}.1", "output_schema") == ()


def texts(project: Snapshot, id: str, name: str) -> tuple[str, ...]:
    file = project.find(id)
    assert file is not None
    return slots.texts(file.document, name)


def test_a_spec_between_braces_is_split_by_edits_that_do_not_overlap() -> None:
    text = "---\n{prompt: p, target_files: [a], type: code}\n---\n# T‸\n"
    project, found = offered(text, snapshot({}))
    done = after(project, found[SPLIT])
    assert text_of(done, A) == "---\n{type: driver}\n---\n# T\n"


def test_split_where_the_title_stands_below() -> None:
    text = "---\n---\nBefore\n\n## Acceptance Criteria\n\n- [ ] x\n\n# Late‸\n\nBehind\n"
    project, found = offered(text, snapshot({}))
    made = text_of(after(project, found[SPLIT]), f"{A}.2")
    body = "# Implement: Late\n\nBefore\n\nBehind\n\n## Acceptance Criteria\n\n- [ ] x\n"
    assert made.endswith(f"---\n\n{body}")


def test_split_keeps_sections_behind_the_criteria_and_crlf() -> None:
    text = (
        "---\ntype: code\n---\n\n# T‸\n\n## Acceptance Criteria\n\n- [ ] a\n\n## Notes\n\nlast\n"
    ).replace("\n", "\r\n")
    project, found = offered(text, snapshot({}))
    done = after(project, found[SPLIT])
    assert (
        text_of(done, A) == "---\r\ntype: driver\r\n---\r\n\r\n# T\r\n\r\n## Notes\r\n\r\nlast\r\n"
    )
    assert "## Notes\n\nlast" in text_of(done, f"{A}.2")
    assert "\r" not in text_of(done, f"{A}.2")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntype: driver\n---\n\n# T‸\n", "is a driver already"),
        ("---\nstatus: completed\n---\n\n# T‸\n", "cannot split a spec that is completed"),
        ("---\ntype: [\n---\n\n# T‸\n", "cannot be read"),
    ],
)
def test_what_cannot_be_split_says_why(text: str, why: str) -> None:
    action = offered(text, snapshot({}))[1][SPLIT]
    assert action.change is None and why in action.disabled


# small edits


def test_boxes_are_toggled() -> None:
    text = "---\n---\n# T\n\n## Acceptance Criteria\n\n- [ ] o‸ne\n- [x] two\n"
    project, found = offered(text, snapshot({}))
    assert "- [x] one\n- [x] two\n" in text_of(after(project, found["Tick the criterion"]), A)
    project, found = offered(text.replace("o‸ne", "one").replace("two", "t‸wo"), snapshot({}))
    assert "- [ ] one\n- [ ] two\n" in text_of(after(project, found["Untick the criterion"]), A)
    project, found = offered(text.replace("two", "t‸wo"), snapshot({}))
    assert "- [x] one\n- [x] two\n" in text_of(after(project, found["Tick the 2 criteria"]), A)


def test_private_and_back() -> None:
    project, found = offered(PLAIN, snapshot({}))
    private = after(project, found["Make private: keep it out of git"])
    facts = private.facts(A)
    assert facts and facts.private
    text = text_of(private, A).replace("# Title", "# Ti‸tle")
    project, found = offered(text, snapshot({}))
    assert text_of(after(project, found["Publish: no longer private"]), A) == PLAIN.replace("‸", "")


def test_publishing_removes_that_label_alone() -> None:
    text = "---\nlabels:\n  -\n  - ui\n  - private\n---\n\n# T‸\n"
    project, found = offered(text, snapshot({}))
    done = text_of(after(project, found["Publish: no longer private"]), A)
    assert done == "---\nlabels:\n  -\n  - ui\n---\n\n# T\n"


# new specs


def created(project: Snapshot, done: Snapshot) -> str:
    (id,) = set(done.graph.ids) - set(project.graph.ids)
    return id


def test_a_selection_becomes_a_spec() -> None:
    text = "---\nlabels: [private]\n---\n# T\n\n‸## Do *this*\nand that\n‸\nrest\n"
    project, found = offered(text, snapshot({"2026-02-01-007-xyz": ""}))
    action = found["Create a spec from the selection"]
    done = after(project, action)
    id = created(project, done)
    assert id.startswith("2026-02-01-008-")
    assert text_of(done, id).endswith("# Do *this\n\nand that\n") or "# Do *this*" in text_of(
        done, id
    )
    facts = done.facts(id)
    assert facts and facts.private
    again = offered(text, snapshot({"2026-02-01-007-xyz": ""}))[1][action.title]
    assert again.change and action.change and again.change() == action.change()


def test_a_list_item_becomes_a_spec_and_names_it() -> None:
    project, found = offered("---\n---\n# T\n\n- Fix t‸he lock\n- other\n", snapshot({}))
    done = after(project, found["Create a spec from this list item"])
    id = created(project, done)
    assert text_of(done, A).endswith(f"- Fix the lock ({id})\n- other\n")
    assert "# Fix the lock\n" in text_of(done, id)
    _, found = offered(f"---\n---\n# T\n\n- Fix t‸he lock {B}\n", snapshot({}))
    assert "Create a spec from this list item" not in found
    _, found = offered("---\n---\n# T\n\n```\n- Fix t‸he lock\n```\n", snapshot({}))
    assert "Create a spec from this list item" not in found


@pytest.mark.parametrize(("type", "field"), [("code", "depends_on"), ("driver", "members")])
def test_a_criterion_becomes_a_spec(type: str, field: str) -> None:
    text = (
        f"---\ntype: {type}\n---\n\n# T\n\n## Acceptance Criteria\n\n"
        "- [ ] keep\n- [ ] mo‸ve `$ make x`\n"
    )
    project, found = offered(text, snapshot({}))
    done = after(project, found["Extract this criterion into a spec of its own"])
    id = created(project, done)
    assert text_of(done, A) == (
        f"---\ntype: {type}\n{field}:\n- {id}\n---\n\n# T\n\n## Acceptance Criteria\n\n- [ ] keep\n"
    )
    assert "move" not in text_of(done, A)
    assert "# move\n" in text_of(done, id) and "- [ ] move `$ make x`" in text_of(done, id)


def test_a_criterion_is_taken_with_all_that_belongs_to_it() -> None:
    text = (
        "---\n---\n# T\n\n## Acceptance Criteria\n\n- [ ] First\n  goes on\n\n  - [x] sub\n\n"
        "    more\n- [ ] Se‸cond\n  goes on\n"
    )
    title = "Extract this criterion into a spec of its own"
    project, found = offered(text, snapshot({}))
    done = after(project, found[title])
    assert text_of(done, A).endswith("- [x] sub\n\n    more\n")
    project, found = offered(text.replace("‸", "").replace("First", "Fi‸rst"), snapshot({}))
    done = after(project, found[title])
    assert text_of(done, A).endswith("## Acceptance Criteria\n\n- [ ] Second\n  goes on\n")
    new = text_of(done, created(project, done))
    assert "- [ ] First\n  goes on\n\n  - [x] sub\n\n    more\n" in new


@pytest.mark.parametrize("title", ["Extract this criterion into a spec of its own", "mention"])
def test_a_member_in_its_order_keeps_it_when_it_gets_a_dependency(title: str) -> None:
    text = f"---\ntype: code\n---\n\n# T\n\n## Acceptance Criteria\n\n- [ ] {B}‸ one\n"
    base = snapshot({A: "type: driver", f"{A}.1": "", B: "status: completed"})
    project, found = offered(text, base, f"{A}.2")
    assert effective_status(project, f"{A}.2") is Status.BLOCKED
    action = found[title if title in found else f"Add `{B}` to `depends_on`"]
    done = after(project, action)
    assert done.graph.dependencies(f"{A}.2")[0] == f"{A}.1"
    assert effective_status(done, f"{A}.2") is Status.BLOCKED


# the guide's lists

DRIVER = """---
type: driver
labels:
  - epic
---

# Storage overhaul

## Member Specs

In this order:

1. `find-out` - Find out what is slow
2. `lock‸-module` - Better locking
"""


def test_named_specs_are_created_as_members() -> None:
    project, found = offered(DRIVER, snapshot({}))
    one = after(project, found["Create the spec `lock-module`"])
    facts = one.facts(A)
    assert facts and facts.members == ("lock-module",)
    assert "# Better locking\n" in text_of(one, "lock-module")
    every = after(project, found["Create all 2 named specs"])
    assert every.graph.members(A) == ("find-out", "lock-module")
    assert errors(every, A) == []


def test_a_list_is_adopted_with_its_order() -> None:
    ids = [f"2026-01-29-01{n}-{s}" for n, s in enumerate(("aaa", "bbb", "ccc"))]
    text = (
        "---\ntype: group\n---\n\n# Bash\n\n## Member Specs\n\n"
        f"- {ids[0]} (independent)\n- {ids[1]} (inde‸pendent)\n- {ids[2]} (depends on 010-aaa)\n"
    )
    title = "Adopt the list: write `members` and `depends_on`"
    project, found = offered(text, snapshot(dict.fromkeys(ids, "")))
    done = after(project, found[title])
    assert done.graph.members(A) == tuple(ids)
    assert done.graph.dependencies(ids[2]) == (ids[0],)
    again = text_of(done, A).replace("(independent)", "(inde‸pendent)", 1)
    assert title not in offered(again, done)[1]


def test_adopting_closes_no_cycle() -> None:
    text = "---\ntype: group\n---\n\n# B\n\n## Member Specs\n\n- {} (dep‸ends on {})\n"
    base = snapshot({B: "", "2026-01-29-012-ghi": f"depends_on: [{B}]"})
    project, found = offered(text.format(B, "012-ghi"), base)
    done = after(project, found["Adopt the list: write `members` and `depends_on`"])
    assert done.graph.dependencies(B) == ()


ADOPT = "Adopt the list: write `members` and `depends_on`"
LIST = "---\ntype: group\nmembers:\n  - 'x' # mine\n---\n\n# B\n\n## Member Specs\n\n{}‸\n"


def adopted(items: str, others: dict[str, str]) -> tuple[Snapshot, Action]:
    project, found = offered(LIST.format(items), snapshot({"x": "", **others}))
    return after(project, found[ADOPT]), found[ADOPT]


def test_a_list_that_goes_in_a_circle_is_adopted_without_it() -> None:
    done, action = adopted(
        "- `a` (depends on b)\n- `b` (depends on a)\n- `c` (depends on a)",
        {"a": "", "b": "", "c": ""},
    )
    assert done.graph.members(A) == ("x", "a", "b", "c")
    assert [done.graph.dependencies(id) for id in "abc"] == [(), (), ("a",)]
    assert action.change and "2 left out" in action.change().label
    assert "members:\n  - 'x' # mine\n  - a\n  - b\n  - c\n" in text_of(done, A)


def test_a_member_does_not_depend_on_its_driver() -> None:
    done, _ = adopted(f"- `a` (depends on {A})\n- `b`", {"a": "", "b": f"depends_on: [{A}]"})
    assert done.graph.dependencies("a") == ()
    assert done.graph.members(A) == ("x", "a")


def test_of_a_hub_no_circle_is_adopted_either() -> None:
    others = {f"w{n}": "depends_on: [a]" for n in range(600)}
    done, _ = adopted("- `a` (depends on w7)", {"a": "", **others})
    assert done.graph.dependencies("a") == ()


def test_adopted_members_keep_their_order() -> None:
    done, _ = adopted(f"- {B}.2 (depends on a)", {"a": "", B: "", f"{B}.1": "", f"{B}.2": ""})
    assert done.graph.dependencies(f"{B}.2") == (f"{B}.1", "a")


def test_created_specs_do_not_wait_for_each_other_in_a_circle() -> None:
    items = "- `p` (depends on q)\n- `q` (depends on p, a)"
    project, found = offered(LIST.format(items), snapshot({"x": "", "a": ""}))
    done = after(project, found["Create all 2 named specs"])
    assert done.graph.dependencies("p") == ()
    assert done.graph.dependencies("q") == ("a",)


def test_an_item_without_a_name_becomes_a_member() -> None:
    project, found = offered(LIST.format("- Implement it (depends on x)"), snapshot({"x": ""}))
    done = after(project, found["Create a member from this list item"])
    id = created(project, done)
    assert done.graph.members(A) == ("x", id)
    assert done.graph.dependencies(id) == ("x",)
    assert text_of(done, A).endswith(f"- {id} - Implement it (depends on x)\n")
    assert "# Implement it\n" in text_of(done, id)
    assert "Create a spec from this list item" not in found
