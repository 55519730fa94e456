"""Quick fixes: each changes only what it must, and what it fixes is gone afterwards."""

import sys
from dataclasses import replace

import pytest

from chant_ls.analysis.actions import actions
from chant_ls.analysis.actions.fix import FIXES
from chant_ls.analysis.actions.fixes import fix_all, fixes_of
from chant_ls.analysis.check import check_document
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.snapshot import PathFact, PathKind, Snapshot
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile, Run
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.text import Span, apply
from tests.analysis.project import snapshot, spec_file

ABC, DEF = "2026-01-29-010-abc", "2026-01-29-011-def"
PATH = ".chant/specs/a.md"
BODY = "\n# T\n\n## Acceptance Criteria\n\n- [ ] one\n"

WANTED = """
wrong-type invalid-value unknown-field misplaced-field missing-title unknown-dependency
ambiguous-id self-dependency duplicate-entry partial-id dependency-cycle unresolved-path
unknown-prompt stored-status stale-run body-reference too-complex
"""


def test_every_fixable_code_of_the_contract_has_a_fix() -> None:
    assert set(FIXES) == set(WANTED.split())


def project(front: str, body: str = BODY, **others: str) -> Snapshot:
    """The spec `a` beside 010-abc and 011-def, which depends on it."""
    text = f"---\n{front}\n---\n{body}"
    found = snapshot({ABC: "", DEF: "depends_on: [a]", "a": text, **others})
    return replace(found, prompts=dict.fromkeys({"research", "standard"}, ""))


def offered(project: Snapshot, code: str) -> list[Action]:
    file = project.files[PATH]
    subject = Subject(project, file, file.document)
    found = [d for d in check_document(project, PATH) if d.code == code]
    return [action for one in found for action in fixes_of(subject, one)]


def after(project: Snapshot, action: Action) -> str:
    assert action.change is not None
    return apply(project.files[PATH].text, action.change().edits[PATH])


def made(action: Action) -> Change:
    assert action.change is not None
    return action.change()


FIXED = [
    ("wrong-type", "labels: bug", "labels: [bug]"),
    ("wrong-type", "labels: bug, ui # x", "labels: [bug, ui] # x"),
    ("wrong-type", "informed_by: 'a b.md'", "informed_by: ['a b.md']"),
    ("wrong-type", "type: [task]", "type: task"),
    ("wrong-type", "type:\n  - task\nlabels: [x]", "type: task\nlabels: [x]"),
    ("wrong-type", "public: No", "public: false"),
    ("wrong-type", "approval:\n  required: yes", "approval:\n  required: true"),
    ("invalid-value", 'status: "Complete"', "status: completed"),
    ("invalid-value", "approval: {status: aproved}", "approval: {status: approved}"),
    ("unknown-field", "lables: [x]  # mine", "labels: [x]  # mine"),
    ("misplaced-field", "type: task\nid: a\nlabels: [x]", "type: task\nlabels: [x]"),
    ("misplaced-field", "needs_approval: true", "approval:\n  required: true"),
    ("unknown-dependency", "depends_on: [2026-01-29-010-abd]", None),
    ("self-dependency", "depends_on: [a]", "depends_on: []"),
    ("self-dependency", "depends_on: [zzz, a]  # y", "depends_on: [zzz]  # y"),
    (
        "duplicate-entry",
        f"depends_on:\n  - {ABC}\n  - '{ABC}'  # again\n  - q",
        f"depends_on:\n  - {ABC}\n  - q",
    ),
    ("partial-id", "depends_on: [010-abc, 'q']", f"depends_on: [{ABC}, 'q']"),
    ("partial-id", "depends_on: 010-abc", f"depends_on: {ABC}"),
    ("unknown-prompt", "prompt: reserch", "prompt: research"),
    ("stored-status", "status: ready  # so", "status: pending  # so"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("code", "front", "fixed"), [case for case in FIXED if case[2]])
def test_the_preferred_fix(code: str, front: str, fixed: str, newline: str) -> None:
    def lines(text: str) -> str:
        return text.replace("\n", newline)

    broken = project(front)
    broken = broken.with_file(spec_file("a", lines(broken.files[PATH].text)))
    preferred = [action for action in offered(broken, code) if action.preferred]
    assert len(preferred) == 1
    text = after(broken, preferred[0])
    assert text == lines(f"---\n{fixed}\n---\n{BODY}")
    left = check_document(broken.with_file(spec_file("a", text)), PATH)
    assert code not in {one.code for one in left}


@pytest.mark.parametrize(
    ("front", "body", "fixed"),
    [
        ("status: pending\nstatus: complet", BODY, "status: pending\nstatus: completed"),
        ("public: true\npublic: yes", BODY, "public: true\npublic: true"),
        ("lables: [a]\nlables: [b]", BODY, "labels: [a]\nlables: [b]"),
        ('"title": Foo', "\nText\n", ""),
        ("title: Another\ntype: task", BODY, "title: Another\ntype: task"),
        ("title: T\ntype: task", BODY, "type: task"),
        ("id: b\ntype: task", BODY, "id: b\ntype: task"),
        ("needs_approval: perhaps\ntype: task", BODY, "needs_approval: perhaps\ntype: task"),
        (f"parent: {ABC}\ntype: task", BODY, f"parent: {ABC}\ntype: task"),
        (
            "approval: {required: true, stauts: approved}\nstatus: pending",
            BODY,
            "approval: {required: true, status: approved}\nstatus: pending",
        ),
        ("depends_on: [2026-01-29-014-deg]", BODY, "depends_on: [2026-01-29-014-deg]"),
    ],
)
def test_fix_all_loses_and_guesses_nothing(front: str, body: str, fixed: str) -> None:
    broken = project(front, body)
    edits = fix_all(broken, PATH).edits.get(PATH, ())
    text = apply(broken.files[PATH].text, edits)
    assert text.startswith(f"---\n{fixed}\n---\n" if fixed else "---\n---\n# Foo\n")


def test_what_parent_means_is_written_where_it_counts() -> None:
    broken = project(f"parent: {ABC}\ntype: task")
    member, remove = offered(broken, "misplaced-field")
    assert (member.title, remove.preferred) == (f"Make it a member of `{ABC}`", False)
    edits = made(member).edits
    driver = broken.find(ABC)
    assert driver
    assert spec_file(ABC, apply(driver.text, edits[driver.path])).facts.members == ("a",)
    assert "parent" not in apply(broken.files[PATH].text, edits[PATH])


def test_nobody_is_told_that_they_meant_themselves() -> None:
    own = "2026-01-29-010-abd"
    alone = snapshot({own: "depends_on: [2026-01-29-010-abe]"})
    found = check_document(alone, f".chant/specs/{own}.md")
    (message,) = [one.message for one in found if one.code == "unknown-dependency"]
    assert "did you mean" not in message


def titles(project: Snapshot, code: str) -> list[str]:
    return [action.title for action in offered(project, code)]


def test_an_unknown_dependency_is_replaced_removed_or_created() -> None:
    broken = project("depends_on: [new-thing, 2026-01-29-010-abd]")
    assert titles(broken, "unknown-dependency") == [
        "Remove `new-thing`",
        "Create the spec `new-thing`",
        f"Change to `{ABC}` (Title)",
        f"Change to `{DEF}` (Title)",
        "Remove `2026-01-29-010-abd`",
        "Create the spec `2026-01-29-010-abd`",
    ]
    creating = offered(broken, "unknown-dependency")[1]
    assert creating.change is not None and creating.creates
    create = creating.change()
    assert isinstance(create.files[0], CreateFile)
    assert create.files[0].path == ".chant/specs/new-thing.md"


def test_a_placeholder_is_only_removed() -> None:
    broken = project("depends_on:\n  - <deprecation-spec-id>  # Must be released first")
    assert titles(broken, "unknown-dependency") == ["Remove `<deprecation-spec-id>`"]
    text = after(broken, offered(broken, "unknown-dependency")[0])
    assert "deprecation-spec-id" not in text


def test_an_ambiguous_id_offers_its_candidates() -> None:
    broken = project("depends_on: [2026-01-29]")
    assert titles(broken, "ambiguous-id")[:2] == [
        f"Change to `{ABC}` (Title)",
        f"Change to `{DEF}` (Title)",
    ]
    assert not any(action.preferred for action in offered(broken, "ambiguous-id"))


def test_a_cycle_is_broken_by_removing_the_edge_or_by_informing() -> None:
    broken = project(f"depends_on: [{ABC}, {DEF}]")
    remove, inform = offered(broken, "dependency-cycle")
    assert not remove.preferred and not inform.preferred
    assert f"depends_on: [{ABC}]" in after(broken, remove)
    text = after(broken, inform)
    assert f"depends_on: [{ABC}]\n" in text
    facts = spec_file("a", text).facts
    assert (facts.depends_on, facts.informed_by) == ((ABC,), (DEF,))


def test_the_only_edge_of_a_cycle() -> None:
    broken = project(f"type: task\ndepends_on:\n  - {DEF}\nlabels: [x]")
    facts = spec_file("a", after(broken, offered(broken, "dependency-cycle")[1])).facts
    assert (facts.depends_on, facts.informed_by, facts.labels) == ((), (DEF,), ("x",))


def test_an_entry_that_names_nothing_is_completed_or_removed() -> None:
    broken = project("informed_by: [010-abc, 2026-01, docs/gone.md]")
    nothing = PathFact(PathKind.NOTHING)
    broken = broken.with_paths(dict.fromkeys(("010-abc", "2026-01", "docs/gone.md"), nothing))
    assert titles(broken, "partial-id") == [f"Change to `{ABC}` (Title)"]
    assert titles(broken, "unresolved-path") == [
        f"Change to `{ABC}` (Title)",
        f"Change to `{DEF}` (Title)",
        "Remove `2026-01`",
        "Remove `docs/gone.md`",
    ]


def test_a_spec_named_in_prose_is_added() -> None:
    broken = project("type: task\nlabels: [x]", f"# T\n\nSee {ABC}.\n")
    inform, depend = offered(broken, "body-reference")
    assert spec_file("a", after(broken, inform)).facts.informed_by == (ABC,)
    assert spec_file("a", after(broken, depend)).facts.depends_on == (ABC,)


def test_a_missing_title_is_written() -> None:
    broken = project("type: task", "\nwords\n")
    (action,) = offered(broken, "missing-title")
    assert "# A\n" in after(broken, action)
    moved = project("title: Refactor it", "\nwords\n")
    (action,) = offered(moved, "misplaced-field")
    text = after(moved, action)
    assert "# Refactor it\n" in text and "title:" not in text


@pytest.mark.parametrize("text", ["---\ntype: code", "---\ntitle: X\n", "---\n"])
def test_no_title_is_written_into_an_open_frontmatter(text: str) -> None:
    spec = project("").with_file(spec_file("a", text))
    offers = [*offered(spec, "missing-title"), *offered(spec, "misplaced-field")]
    assert offers == [] and not fix_all(spec, PATH).edits


def test_verbs() -> None:
    stale = project("status: in_progress")
    reset, resume = offered(stale, "stale-run")
    assert reset.run == Run("chant.reset", {"spec": "a"})
    assert resume.disabled and resume.run is None
    dead = stale.with_run(RunInfo("r", SpecId("a"), RunState.RUNNING, live=False))
    assert offered(dead, "stale-run")[1].run == Run("chant.resume", {"spec": "a"})
    large = project("target_files: [a, b, c, d, e, f]")
    assert offered(large, "too-complex")[0].run == Run("chant.split", {"spec": "a"})
    busy = large.with_run(RunInfo("r", SpecId("a"), RunState.RUNNING, live=True))
    (split,) = offered(busy, "too-complex")
    assert split.run is None and "cannot split" in split.disabled


def test_actions_are_those_of_the_place() -> None:
    broken = project("lables: [x]\nstatus: ready")
    at = broken.files[PATH].text.index("ready")
    found = [a for a in actions(broken, PATH, Span(at, at)) if a.kind is ActionKind.QUICK_FIX]
    assert [action.title for action in found] == ["Change to `pending`"]
    assert found[0].fixes[0].code == "stored-status"


def test_fix_all_makes_every_unambiguous_fix_and_no_other() -> None:
    front = (
        f"type: task  # kept\nlables: bug\nstatus: ready\ndepends_on: [a, 010-abc, {ABC}, zz]\n"
        "informed_by: x.md"
    )
    broken = project(front)
    text = apply(broken.files[PATH].text, fix_all(broken, PATH).edits[PATH])
    assert text == (
        "---\ntype: task  # kept\nlabels: [bug]\nstatus: pending\n"
        f"depends_on: [{ABC}, zz]\ninformed_by: [x.md]\n---\n{BODY}"
    )
    assert not fix_all(broken.with_file(spec_file("a", text)), PATH).edits


def test_fix_all_touches_only_what_needs_it() -> None:
    broken = project("type: task\nstatus: ready\nlabels: [x]\npublic: yes\n")
    edits = fix_all(broken, PATH).edits[PATH]
    assert [edit.span.of(broken.files[PATH].text) for edit in edits] == [
        "ready",
        "yes",
    ]


def test_nothing_is_made_of_an_action_before_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    maker = {"fixes": "check_document"} | dict.fromkeys(("creating", "research"), "new_spec")
    for module, name in maker.items():
        here = sys.modules[f"chant_ls.analysis.actions.{module}"]
        monkeypatch.setattr(here, name, lambda *asked: made.append(asked))
    body = f"{BODY}\n- item\n\n## Member Specs\n\n1. `some-slug` - words\n"
    spec = project("lables: [x]\nstatus: ready\ndepends_on: [new-thing]", body)
    found = check_document(spec, PATH)
    everywhere = Span(0, len(spec.files[PATH].text))
    titles = {one.title for one in actions(spec, PATH, everywhere, found)}
    assert {"Create the spec `new-thing`", "Fix all that is unambiguous"} < titles
    assert {"Create the spec `some-slug`", "Split into research and implement"} < titles
    assert made == []


def test_a_crashing_producer_loses_only_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[Action]:
        raise ZeroDivisionError

    import chant_ls.analysis.actions as door

    crashes: list[str] = []
    monkeypatch.setattr(door, "PRODUCERS", (broken, *door.PRODUCERS))
    spec = project("status: ready")
    at = spec.files[PATH].text.index("ready")
    found = actions(spec, PATH, Span(at, at), crashed=lambda name, error: crashes.append(name))
    assert len(crashes) == 1 and found
