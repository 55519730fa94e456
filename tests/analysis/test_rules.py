"""Rules: where they speak, how they are switched, and that one cannot harm another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.analysis.check import check_document
from chant_ls.analysis.paths import wanted_paths
from chant_ls.analysis.rules import RULES
from chant_ls.analysis.snapshot import PathFact, PathKind, Snapshot
from chant_ls.analysis.types import Severity
from chant_ls.engine import loading
from chant_ls.model.config import Config, Provider, from_mapping
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from tests.analysis.marker import check
from tests.analysis.project import snapshot

CONTRACT = {
    "E": "frontmatter-unclosed yaml-syntax duplicate-key conflict-markers wrong-type invalid-value "
    "unknown-dependency ambiguous-id self-dependency dependency-cycle unknown-prompt "
    "unknown-provider duplicate-id private-tracked approval-fields",
    "W": "unknown-field misplaced-field missing-title missing-criteria criteria-heading "
    "duplicate-entry failed-dependency unresolved-path orphan-member member-gap stale-run "
    "unchecked-completed research-inputs documentation-inputs overdue private-reference",
    "I": "cancelled-dependency unmerged-dependency too-complex target-overlap",
    "H": "partial-id stored-status completed-fields body-reference",
}
SPEC = ".chant/specs/{}.md"


def cases() -> Iterator[object]:
    for file in sorted(Path(__file__).with_name("cases").glob("*.txt")):
        pieces = re.split(r"^##### (.*)\n", file.read_text("utf-8"), flags=re.MULTILINE)
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
            words = re.search(r"\((.*)\)$", name)
            codes = words[1].split(", ") if words else []
            yield pytest.param(text, codes, id=f"{file.stem}: {name}")


@pytest.mark.parametrize(("text", "codes"), list(cases()))
def test_case(text: str, codes: list[str]) -> None:
    check(text, *codes)


def test_every_code_of_the_contract_with_its_severity() -> None:
    wanted = {code: letter for letter, codes in CONTRACT.items() for code in codes.split()}
    assert {code: rule.severity.name[0] for code, rule in RULES.items()} == wanted


def test_every_rule_has_a_page() -> None:
    for rule in RULES.values():
        assert len(rule.page.split()) > 10, rule.code
        assert "\n    " not in rule.page.partition("```")[0], rule.code


def codes(project: Snapshot, id: str) -> dict[str, Severity]:
    return {one.code: one.severity for one in check_document(project, SPEC.format(id))}


def test_severity_is_configured_and_switched_off() -> None:
    project = snapshot({"a": "xyzzy: 1"})
    config = Config(rules={"unknown-field": "error", "missing-criteria": "off"})
    assert codes(project, "a") == {
        "unknown-field": Severity.WARNING,
        "missing-criteria": Severity.WARNING,
    }
    assert codes(project.with_config(config), "a") == {"unknown-field": Severity.ERROR}


def test_nothing_is_unknown_before_the_index_is_complete() -> None:
    project = snapshot({"a": "depends_on: [b]\nprompt: p\nprovider: q\ninformed_by: [x]"})
    project = project.with_paths({"x": PathFact(PathKind.NOTHING)})
    wanted = {"unknown-dependency", "unknown-prompt", "unknown-provider", "unresolved-path"}
    assert wanted <= set(codes(project, "a"))
    assert not wanted & set(codes(replace(project, complete=False), "a"))


def test_archived_specs_are_checked_for_syntax_only() -> None:
    text = "---\nstatus: nonsense\nstatus: x\ndepends_on: [nobody]\n---\n"
    project = snapshot({"archive/2026-01-01/a.md": text})
    found = check_document(project, ".chant/archive/2026-01-01/a.md")
    assert [one.code for one in found] == ["duplicate-key"]


def test_a_title_is_an_error_while_the_spec_is_worked() -> None:
    project = snapshot({"a": "---\n---\n"}, {"a": RunState.RUNNING})
    live = project.with_run(project.runs[SpecId("a")]._replace(live=True))
    assert codes(live, "a")["missing-title"] is Severity.ERROR


def test_a_live_run_is_not_stale() -> None:
    project = snapshot({"a": "status: in_progress"})
    live = RunInfo("r1", SpecId("a"), RunState.RUNNING, live=True)
    assert "stale-run" in codes(project, "a")
    assert "stale-run" not in codes(project.with_run(live), "a")


def test_an_unmerged_dependency_is_told() -> None:
    project = snapshot({"a": "", "b": "depends_on: [a]"}, {"a": RunState.COMPLETED})
    assert codes(project, "b")["unmerged-dependency"] is Severity.INFO


def test_a_tracked_private_spec() -> None:
    project = snapshot({"a": "labels: [private]"})
    file = project.files[SPEC.format("a")]
    assert "private-tracked" not in codes(project, "a")
    tracked = project.with_file(file._replace(tracked=True))
    found = check_document(tracked, file.path)[0]
    assert (found.code, found.span.of(file.text)) == ("private-tracked", "private")


def test_known_prompts_and_providers() -> None:
    project = snapshot({"a": "prompt: reserch\nprovider: fixer"})
    assert {"unknown-prompt", "unknown-provider"} <= set(codes(project, "a"))
    config = Config(providers={"fixer": Provider("fixer")})
    known = replace(project.with_config(config), prompts=dict.fromkeys({"research"}, ""))
    assert "unknown-provider" not in codes(known, "a")
    prompt = next(d for d in check_document(known, SPEC.format("a")) if d.code == "unknown-prompt")
    assert "did you mean `research`?" in prompt.message


PATHS = """
=== a
---
informed_by:
  - docs/a.md#top
  - docs/gone.md#top
    ^^^^^^^^^^^^^^^^ unresolved-path: no file, folder or spec `docs/gone.md`
  - src/**/*.xyz
    ^^^^^^^^^^^^ unresolved-path: matches no file
  - ../secret
    ^^^^^^^^^ unresolved-path: lies outside the project
  - not/looked/up
  - b
  - 010-abc
    ^^^^^^^ partial-id: 2026-01-29-010-abc
  - 2026-01
    ^^^^^^^ unresolved-path: `2026-01` could be 2026-01-29-010-abc, 2026-01-30-001-x
  - ./docs/b.md#top
  - https://example.org/x
context: [derived_team=x]
target_files: [new.py]
---
=== b
---
---
=== 2026-01-29-010-abc
---
---
=== 2026-01-30-001-x
---
---
"""


def test_paths_are_judged_by_what_is_known_of_them() -> None:
    nothing = PathFact(PathKind.NOTHING)
    paths = {
        "docs/a.md": PathFact(PathKind.FILE),
        "docs/gone.md": nothing,
        "src/**/*.xyz": PathFact(PathKind.GLOB),
        "../secret": PathFact(PathKind.OUTSIDE),
        "b": nothing,
        "010-abc": nothing,
        "2026-01": nothing,
        "docs/b.md": PathFact(PathKind.FILE),
    }
    found = check(PATHS, paths=paths).snapshot
    wanted = wanted_paths(found.files[SPEC.format("a")])
    assert wanted == {*paths, "not/looked/up", "new.py"}


def test_what_is_looked_up_for_a_cold_project_is_what_the_rules_ask() -> None:
    text = "context: ['docs/a.md#h']\ntracks: ./docs/b.md\ninformed_by: [b, https://x.y/z]"
    project = snapshot({"a": text, "b": "target_files: [new.py]"})
    wanted = loading.wanted_paths(project)
    assert wanted == {"docs/a.md", "docs/b.md"}
    known = project.with_paths(dict.fromkeys(wanted, PathFact(PathKind.NOTHING)))
    found = check_document(known, SPEC.format("a"))
    assert [one.code for one in found].count("unresolved-path") == 2


PRIVATE = """
=== archive/a.md
---
labels: [private]
---
=== archive/b.md
---
superseded_by: a
               ^ private-reference: a is private
informed_by: [.chant/archive/a.md]
              ^^^^^^^^^^^^^^^^^^^ private-reference
---
See `a` and [it](a.md).
     ^ private-reference
                 ^^^^ private-reference
"""


def test_private_specs_are_seen_wherever_they_are_named() -> None:
    found = check(PRIVATE, "private-tracked").snapshot
    tracked = found.with_tracked({".chant/archive/a.md": True})
    assert "private-tracked" in [d.code for d in check_document(tracked, ".chant/archive/a.md")]


def test_finished_specs_do_not_hide_who_shares_a_target() -> None:
    target = "target_files: [a.py]"
    old = {f"2025-01-01-{n:03}-old": f"status: completed\n{target}" for n in range(30)}
    project = snapshot({**old, "x": target, "y": target})
    (found,) = [d for d in check_document(project, SPEC.format("x")) if d.code == "target-overlap"]
    assert "y" in found.message


def test_nothing_that_asks_about_others_is_told_before_all_are_known() -> None:
    texts = {
        "2026-01-29-010-abc": "depends_on: ['010', '010']",
        "d": "target_files: [a, b, c, d, e, f]",
    }
    partial = replace(snapshot(texts), complete=False)
    told = {d.code for path in partial.files for d in check_document(partial, path)}
    assert told == set()
    whole = snapshot(texts)
    assert {d.code for path in whole.files for d in check_document(whole, path)} == {
        "self-dependency",
        "duplicate-entry",
        "partial-id",
        "missing-criteria",
        "too-complex",
    }


def test_the_documented_thresholds_count_and_the_older_names_too() -> None:
    spec = snapshot({"a": "target_files: [a, b, c]"})
    for name in ("files", "complexity_files"):
        config = from_mapping({"lint": {"thresholds": {name: "2"}}})
        assert config.problems == ()
        assert "too-complex" in codes(spec.with_config(config), "a")
    assert "too-complex" not in codes(spec, "a")


def test_where_nothing_is_private_nothing_is_read_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("chant_ls.analysis.rules.mentions.spec_of", lambda *one: asked.append(one))
    check_document(snapshot({"a": "depends_on: [b]", "b": ""}), SPEC.format("a"))
    assert asked == []
    check_document(snapshot({"a": "depends_on: [b]", "b": "labels: [private]"}), SPEC.format("a"))
    assert asked


def test_a_crashing_rule_loses_its_own_findings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(subject: object) -> Iterator[object]:
        raise ZeroDivisionError

    project, crashes = snapshot({"a": "xyzzy: 1\nlabels: x"}), []
    monkeypatch.setitem(RULES, "wrong-type", RULES["wrong-type"]._replace(check=broken))
    found = check_document(project, SPEC.format("a"), lambda code, error: crashes.append(code))
    assert crashes == ["wrong-type"]
    assert {one.code for one in found} == {"unknown-field", "missing-criteria"}


def test_a_crash_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(subject: object) -> Iterator[object]:
        raise ZeroDivisionError("of this test alone")

    project = snapshot({"a": ""})
    monkeypatch.setitem(RULES, "wrong-type", RULES["wrong-type"]._replace(check=broken))
    for _ in range(3):
        check_document(project, SPEC.format("a"))
    assert len(caplog.records) == 1


def test_a_cycle_names_the_other_edges_as_related() -> None:
    project = snapshot({"a": "depends_on: [b]", "b": "depends_on: [c]", "c": "depends_on: [a]"})
    found = check_document(project, SPEC.format("a"))[0]
    assert [one.message for one in found.related] == ["b waits for c", "c waits for a"]
    place = found.related[0].where
    assert place.span.of(project.files[place.path].text) == "c"


def test_a_long_cycle_is_told_in_bounds() -> None:
    n = 1_000
    project = snapshot({f"s-{i:04}": f"depends_on: [s-{(i + 1) % n:04}]" for i in range(n)})
    found = check_document(project, SPEC.format("s-0500"))[0]
    assert found.code == "dependency-cycle"
    assert len(found.message) < 200 and len(found.related) <= 20
