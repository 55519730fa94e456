import pytest

from chant_ls.analysis.completion import Completions, complete, document_for
from chant_ls.analysis.completion_items import MOST_ITEMS
from chant_ls.analysis.search import found
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.config import Config, Provider
from chant_ls.model.runs import RunState
from chant_ls.syntax.text import apply
from tests.analysis.cursor import at_cursor, opened
from tests.analysis.project import snapshot, spec_file

LOCK = "2026-01-29-010-abc"
FIX = "2026-01-29-011-def"
DOCS = "2026-01-29-012-ghi"
OWN = "2026-01-30-001-own"

PROJECT = {
    LOCK: "---\nlabels: [storage, v0.8]\n---\n\n# Refactor Lock module\n",
    FIX: f"---\ndepends_on: [{LOCK}]\nlabels: [storage]\n---\n\n# Fix concurrent writes\n",
    DOCS: f"---\nstatus: completed\ndepends_on: [{OWN}]\n---\n\n# Write the docs\n",
}


def asked(text: str, others: dict[str, str] = PROJECT) -> Completions:
    return complete(*opened(OWN, text, others))


def labels(text: str) -> list[str]:
    return [item.label for item in asked(text).items]


def chosen(text: str, label: str) -> str:
    """The text after the item with that label is taken."""
    item = next(item for item in asked(text).items if item.label == label)
    return apply(at_cursor(text)[0], [item.edit])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("---\ndepends_on:\n  - ‸\n---\n", f"---\ndepends_on:\n  - {LOCK}\n---\n"),
        ("---\ndepends_on:\n  -‸\n---\n", f"---\ndepends_on:\n  - {LOCK}\n---\n"),
        ("---\ndepends_on:\n-‸\n---\n", f"---\ndepends_on:\n- {LOCK}\n---\n"),
        ("---\ndepends_on:\n  lock‸\n---\n", f"---\ndepends_on:\n  - {LOCK}\n---\n"),
        ("---\ndepends_on:\n  ‸\n---\n", f"---\ndepends_on:\n  - {LOCK}\n---\n"),
        ("---\ndepends_on: [‸\n---\n", f"---\ndepends_on: [{LOCK}\n---\n"),
        ("---\ndepends_on: [‸]\n---\n", f"---\ndepends_on: [{LOCK}]\n---\n"),
        ("---\ndepends_on: [x, 010‸, y]\n---\n", f"---\ndepends_on: [x, {LOCK}, y]\n---\n"),
        ("---\ndepends_on: [x,‸]\n---\n", f"---\ndepends_on: [x, {LOCK}]\n---\n"),
        (
            "---\ndepends_on: [\n  x,\n  ‸\n]\n---\n",
            f"---\ndepends_on: [\n  x,\n  {LOCK}\n]\n---\n",
        ),
        ("---\ndepends_on: ‸\n---\n", f"---\ndepends_on: {LOCK}\n---\n"),
        ("---\ndepends_on:‸\n---\n", f"---\ndepends_on: {LOCK}\n---\n"),
        ('---\ndepends_on: ["010‸"]\n---\n', f'---\ndepends_on: ["{LOCK}"]\n---\n'),
        ("---\ndepends_on:\n  - '010‸\n---\n", f"---\ndepends_on:\n  - '{LOCK}\n---\n"),
        ("---\r\ndepends_on:\r\n  - 0‸\r\n---\r\n", f"---\r\ndepends_on:\r\n  - {LOCK}\r\n---\r\n"),
        ("---\nx: [\ndepends_on:\n  - 010‸\n---\n", f"---\nx: [\ndepends_on:\n  - {LOCK}\n---\n"),
        (
            "---\ndepends_on:\n  - 010‸  # first\n---\n",
            f"---\ndepends_on:\n  - {LOCK}  # first\n---\n",
        ),
        ("---\ndepends_on:\n  - 010‸\n", f"---\ndepends_on:\n  - {LOCK}\n"),
        ("---\n---\n\nas in 2026-01-29‸ told\n", f"---\n---\n\nas in {LOCK} told\n"),
    ],
)
def test_an_id_is_written_in_the_form_of_its_place(text: str, after: str) -> None:
    assert chosen(text, LOCK) == after


@pytest.mark.parametrize("typed", ["2026-01-29-010", "010-abc", "lock", "Refactor mod", "LOCK ref"])
def test_ids_are_found_by_id_short_id_and_title_words(typed: str) -> None:
    assert labels(f"---\ndepends_on: [{typed}‸]\n---\n") == [LOCK]


def test_an_item_tells_title_and_status_and_its_card_lazily() -> None:
    project, path, offset = opened(OWN, "---\ndepends_on: [fix‸]\n---\n", PROJECT)
    (item,) = complete(project, path, offset).items
    assert (item.detail, item.description) == ("Fix concurrent writes", "blocked")
    assert "010-abc" in item.filter or "011-def" in item.filter
    assert f"blocked by `{LOCK}`" in document_for(project, item.key)


def test_never_itself_nor_what_is_there_already() -> None:
    assert labels(f"---\ndepends_on: [{LOCK}, ‸]\n---\n") == [FIX, DOCS]


def test_ids_that_would_close_a_cycle_come_last_and_say_so() -> None:
    others = {
        "a": f"depends_on: [{OWN}]",
        "b": "depends_on: [a]",
        "c": "",
        "g": "depends_on: [b]\ntype: driver",
        "g.1": "depends_on: []",
    }
    items = asked("---\ndepends_on: [‸]\n---\n", others).items
    by_sort = sorted(items, key=lambda item: item.sort)
    circular = [item.label for item in by_sort if "cycle" in item.description]
    assert by_sort[0].label == "c"
    assert set(circular) == {"a", "b", "g", "g.1"}
    assert [item.label for item in by_sort[1:]] == circular


def test_informing_never_closes_a_cycle() -> None:
    items = asked("---\ninformed_by: [‸]\n---\n").items
    assert not [item for item in items if "cycle" in item.description]


def test_items_are_bounded_and_told_as_incomplete() -> None:
    others = {f"2026-01-01-{n:03}-xxx": f"---\n---\n# Spec {n}\n" for n in range(450)}
    items = asked("---\ndepends_on: [‸]\n---\n", others)
    assert (len(items.items), items.incomplete) == (MOST_ITEMS, True)
    assert MOST_ITEMS <= 200
    assert not asked("---\ndepends_on: [spec 44‸]\n---\n", others).incomplete


def test_field_names_not_yet_present_with_their_docs() -> None:
    text = "---\ntype: code\nst‸\nlabels: [a]\n---\n"
    names = labels(text)
    assert "status" in names
    assert "type" not in names and "labels" not in names
    assert chosen(text, "status") == "---\ntype: code\nstatus: \nlabels: [a]\n---\n"
    assert chosen("---\n‸\n---\n", "depends_on") == "---\ndepends_on:\n  - \n---\n"
    assert chosen("---\nst‸: x\n---\n", "status") == "---\nstatus: x\n---\n"
    (item,) = [item for item in asked(text).items if item.label == "depends_on"]
    assert "completed and merged" in document_for(snapshot({}), item.key)


def test_names_inside_approval() -> None:
    text = "---\napproval:\n  required: true\n  st‸\n---\n"
    assert labels(text) == ["status", "by", "at"]
    assert chosen(text, "by") == "---\napproval:\n  required: true\n  by: \n---\n"
    assert labels("---\napproval:\n  status: ‸\n---\n") == ["pending", "approved", "rejected"]
    assert labels("---\napproval:\n  required: ‸\n---\n") == ["true", "false"]


def test_enum_values_leave_out_computed_ones() -> None:
    values = labels("---\nstatus: ‸\n---\n")
    assert "pending" in values and "ready" not in values and "blocked" not in values
    assert "research" in labels("---\ntype: r‸\n---\n")


def test_labels_in_use_most_used_first() -> None:
    assert labels("---\nlabels: [‸]\n---\n") == ["storage", "v0.8"]
    assert labels("---\nlabels: [storage, ‸]\n---\n") == ["v0.8"]
    assert labels("---\nlabels:\n  - V0‸\n---\n") == ["v0.8"]


def test_prompts_providers_models_in_use() -> None:
    config = Config(model="big", providers={"fixer": Provider("fixer", model="small")})
    base = Snapshot(
        config=config,
        prompts=dict.fromkeys({"standard", "research"}, ""),
        tools=frozenset({"shell"}),
    )

    def offered(text: str) -> list[str]:
        return [item.label for item in complete(*opened(OWN, text, base=base)).items]

    assert offered("---\nprompt: ‸\n---\n") == ["research", "standard"]
    assert offered("---\nprovider: ‸\n---\n") == ["fixer", "shell"]
    assert offered("---\nmodel: ‸\n---\n") == ["big", "small"]


def test_paths_one_folder_at_a_time_and_never_out_of_the_root() -> None:
    asked_for: list[str] = []

    def list_dir(folder: str) -> list[str]:
        asked_for.append(folder)
        return {"": ["src/", "README.md", ".git/"], "src/": ["a b.rs", "odd: #.rs"]}.get(folder, [])

    def offered(text: str) -> list[tuple[str, str, bool]]:
        project, path, offset = opened(OWN, text)
        items = complete(project, path, offset, list_dir).items
        return [(item.label, item.edit.new, item.again) for item in items]

    assert offered("---\ntarget_files: [‸]\n---\n") == [
        ("src/", "src/", True),
        ("README.md", "README.md", False),
    ]
    assert offered("---\ntarget_files:\n  - src/‸\n---\n") == [
        ("src/a b.rs", "src/a b.rs", False),
        ("src/odd: #.rs", "'src/odd: #.rs'", False),
    ]
    for text in ("/etc/‸", "../‸", "src/../../‸", "~/‸"):
        assert offered(f"---\ntarget_files:\n  - {text}\n---\n") == []
    assert set(asked_for) == {"", "src/"}


def test_paths_are_narrowed_by_what_is_typed_and_hide_no_ids() -> None:
    names = {"": [f"f{n:03}.py" for n in range(120)], "src/": [f"g{n:04}.py" for n in range(700)]}

    def offered(text: str) -> Completions:
        project, path, offset = opened(OWN, text, PROJECT)
        return complete(project, path, offset, names.get)

    last = offered("---\ntarget_files: [f11‸]\n---\n")
    assert [item.label for item in last.items] == [f"f11{n}.py" for n in range(10)]
    assert not last.incomplete
    deep = offered("---\ntarget_files:\n  - src/g069‸\n---\n")
    assert [item.label for item in deep.items] == [f"src/g069{n}.py" for n in range(10)]
    assert offered("---\ntarget_files: [‸]\n---\n").incomplete
    both = [item.label for item in offered("---\ninformed_by: [‸]\n---\n").items]
    assert {LOCK, FIX, DOCS} < set(both)
    ids = offered("---\ninformed_by: [01‸]\n---\n").items
    assert min(ids, key=lambda item: item.sort).label in (LOCK, FIX, DOCS)
    assert "f010.py" in {item.label for item in ids}


@pytest.mark.parametrize(
    "text",
    [
        "---\n# com‸\n---\n",
        "---\nstatus: pending # no‸\n---\n",
        "---\ndepends_on:\n  - x # no‸\n---\n",
        "---\ntype: code\n  ‸\n---\n",
        "---\napproval:\n  status:\n    ‸\n---\n",
        "---\ndepends_on:\n  ‸- x\n---\n",
    ],
)
def test_nothing_is_offered_where_nothing_can_stand(text: str) -> None:
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "label", "after"),
    [
        ("---\nstatus: pen   ‸\n---\n", "pending", "---\nstatus: pending\n---\n"),
        ("---\nfoo bar‸\n---\n", "type", "---\ntype: \n---\n"),
        ("---\ndepends_on: - ‸\n---\n", LOCK, f"---\ndepends_on: {LOCK}\n---\n"),
        ("---\ndepends_on: ‸ \n---\n", LOCK, f"---\ndepends_on: {LOCK}\n---\n"),
        ("---\nstatus: ‸# c\n---\n", "pending", "---\nstatus: pending # c\n---\n"),
        (
            "---\ndepends_on: [\n  x, # note, other\n  01‸\n]\n---\n",
            LOCK,
            f"---\ndepends_on: [\n  x, # note, other\n  {LOCK}\n]\n---\n",
        ),
        ("---\n{dep‸}\n---\n", "depends_on", "---\n{depends_on: }\n---\n"),
        ("---\r\ndep‸\r\n---\r\n", "depends_on", "---\r\ndepends_on:\r\n  - \r\n---\r\n"),
        (
            "# T\r\n\r\n## Con‸\r\n",
            "## Context",
            "# T\r\n\r\n## Context\r\n\r\n\r\n",
        ),
    ],
)
def test_an_edit_holds_the_cursor_and_fits_its_line(text: str, label: str, after: str) -> None:
    offset = text.index("‸")
    for item in asked(text).items:
        assert item.edit.span.start <= offset <= item.edit.span.end
    assert chosen(text, label) == after


def test_of_a_hub_those_that_wait_for_it_come_last_too() -> None:
    waiting = {f"2026-02-01-{n:03}-xxx": f"depends_on: [{OWN}]" for n in range(600)}
    items = asked("---\ndepends_on: [‸]\n---\n", {**waiting, LOCK: ""}).items
    plain = [item.label for item in items if "cycle" not in item.description]
    assert plain == [LOCK] and len(items) == MOST_ITEMS
    assert min(items, key=lambda item: item.sort).label == LOCK
    few = dict(list(waiting.items())[:501])
    newest = {f"2026-03-01-{n:03}-yyy": "" for n in range(60)}
    items = asked("---\ndepends_on: [‸]\n---\n", {**few, **newest}).items
    assert not [item for item in items if "cycle" in item.description]


def test_sections_that_are_not_there_yet() -> None:
    text = "---\n---\n\n# T\n\n## Context\n\n## Acc‸\n"
    assert "## Context" not in labels(text)
    assert "- [ ] " in chosen(text, "## Acceptance Criteria")
    assert labels("---\n---\n\n# T\n\n```\n‸\n```\n") == []
    assert labels("‸")[0] == "frontmatter"


def test_status_of_runs_shows() -> None:
    base = snapshot(PROJECT, {LOCK: RunState.FAILED})
    (item,) = complete(*opened(OWN, "---\ndepends_on: [lock‸]\n---\n", base=base)).items
    assert item.description == "failed"


def test_a_file_that_is_not_there_completes_nothing() -> None:
    assert complete(snapshot({}), ".chant/specs/none.md", 0) == Completions()


def test_the_search_is_right_after_any_change() -> None:
    now = snapshot(PROJECT)
    changes = {
        LOCK: "---\n---\n\n# Quite another\n",
        FIX: "---\nstatus: completed\n---\n\n# Another\n",
        "2026-03-01-001-new": "---\n---\n\n# Another still\n",
    }
    for id, text in changes.items():
        now = now.with_file(spec_file(id, text))
        for query in ("", "other", "still another", "lock", "0", "quite-"):
            words = query.split()
            slow = {id for id in now.graph.ids if all(word in _line(now, id) for word in words)}
            assert set(found(now.graph, query, 99, lambda id: True)) == slow
    assert found(now.graph, "another", 99, lambda id: True) == ["2026-03-01-001-new", LOCK, FIX]


def _line(project: Snapshot, id: str) -> str:
    facts = project.facts(id)
    return f"{id} {facts.title}".lower() if facts else ""
