"""Configuration, prompts and templates: what is wrong, what completes, what is known.

In the texts `^^^` below a line marks a diagnostic of that line, `┃` is the cursor.
"""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chant_ls.analysis.papers.check import MOST_FINDINGS, check
from chant_ls.analysis.papers.complete import complete
from chant_ls.analysis.papers.fixes import fixes
from chant_ls.analysis.papers.hover import document_for, hover
from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.prompt import VARIABLES as FILLED
from chant_ls.model.config import Config, Provider, from_mapping
from chant_ls.model.papers import CONFIG, ROWS, VARIABLES, Paper, paper_at
from chant_ls.syntax.text import Edit, Span, apply

PATHS = {
    Paper.CONFIG: ".chant/config.md",
    Paper.PROMPT: ".chant/prompts/mine.md",
    Paper.TEMPLATE: ".chant/templates/bug.md",
}
SNAPSHOT = Snapshot(
    config=Config(providers={"fixer": Provider("fixer", model="small")}),
    prompts={"standard": "", "mine": "", "yours": "mine", "implement": "standard"},
    tools=frozenset({"shell"}),
    complete=True,
)
C, P, T = Paper


def sheet(kind: Paper, text: str, path: str = "", snapshot: Snapshot = SNAPSHOT) -> Sheet:
    return Sheet(snapshot, path or PATHS[kind], kind, text)


WRONG = [
    (C, "---\ndefault: {}\n^^^^^^^ unknown-field did you mean `defaults`\n---\n"),
    (C, "---\ndefaults:\n  modle: x\n  ^^^^^ unknown-field `defaults.modle`\n---\n"),
    (C, "---\ndefaults:\n  auto_merge: yes\n              ^^^ invalid-value batch, always\n---\n"),
    (C, "---\ndefaults: {prompt: nope}\n                   ^^^^ unknown-prompt no prompt\n---\n"),
    (C, "---\ndefaults: {provider: me}\n                     ^^ unknown-provider\n---\n"),
    (C, "---\nproviders:\n  a:\n    comand: x\n    ^^^^^^ unknown-field `command`\n---\n"),
    (C, "---\nproviders:\n  a:\n    timeout: soon\n             ^^^^ invalid-value\n---\n"),
    (C, "---\nproviders: [a]\n           ^^^ wrong-type must be a map\n---\n"),
    (C, "---\nlint:\n  rules:\n    wrong-tipe: off\n    ^^^^^^^^^^ unknown-field\n---\n"),
    (C, "---\nlint:\n  rules:\n    wrong-type: loud\n                ^^^^ invalid-value\n---\n"),
    (C, "---\nverify: [a\n---\n        ^ yaml-syntax\n"),
    (C, "---\nproject: {}\nproject: {}\n^^^^^^^ duplicate-key\n---\n"),
    (C, "---\nproject: {name: a, name: b}\n                   ^^^^ duplicate-key\n---\n"),
    (C, "---\nproject: {nmae: x}\n          ^^^^ unknown-field `name`\n---\n"),
    (C, "---\nparallel:\n  agents:\n  - {comand: x}\n     ^^^^^^ unknown-field `command`\n---\n"),
    (C, "---\nlint:\n  thresholds: {critera: 3}\n               ^^^^^^^ unknown-field\n---\n"),
    (C, "---\nrepos:\n- nmae: x\n  ^^^^ unknown-field `name`\n---\n"),
    (C, "---\nlint: {disable: [overdu]}\n                 ^^^^^^ unknown-field `overdue`\n---\n"),
    (C, "---\nwatch: {any: x}\nlint: {disable: [complexity_words], thresholds: {words: 1}}\n---\n"),
    (T, "---\nlabels: bug\n        ^^^ wrong-type must be a list\n---\n"),
    (T, "---\nlabels: '{{a}}'\nvariables: [{name: a}]\n---\n"),
    (
        T,
        "---\nvariables:\n- name: a\n  required: maybe\n            ^^^^^ wrong-type\n---\n{{a}}\n",
    ),
    (C, "---\nproviders: {me: {command: ls}}\ndefaults: {provider: me}\n---\n"),
    (C, "---\nlint: {rules: {stuck-run: off}}\nrepos: {other: ../other}\n---\n"),
    (P, "---\nextend: standard\n^^^^^^ unknown-field `extends`\n---\n"),
    (P, "---\nkind: run\n      ^^^ invalid-value execute, analysis\n---\n"),
    (P, "---\nextends: standart\n         ^^^^^^^^ unknown-prompt `standard`\n---\n"),
    (P, "---\nextends: mine\n         ^^^^ unknown-prompt mine → mine\n---\n"),
    (P, "---\nextends: yours\n         ^^^^^ unknown-prompt mine → yours → mine\n---\n"),
    (P, "---\nextends: implement\n---\n{{> parent}}\n\n{{spec.title}} {{ attempt }}\n"),
    (P, "---\nname: x\n---\n{{spec.titel}}\n  ^^^^^^^^^^ unknown-field `spec.title`\n"),
    (P, "{{>parent}}\n  ^^^^^^^ unknown-field without `extends`\n"),
    (C, "---\nproviders:\n  fixer:\n  ^^^^^ unknown-provider `command`\n    timeout: 7\n---\n"),
    (P, "---\nkind: [a]\n      ^^^ wrong-type\n---\n"),
    (T, "---\nvariables:\n- name: who\n- nme: x\n  ^^^ unknown-field\n---\n{{who}}\n"),
    (T, "---\nname: bug\ntype: {{kind}}\n---\n{{kind}}\n  ^^^^ unknown-field\n"),
    (T, "---\ntype: cod\n      ^^^ invalid-value\nvariables: []\n---\n"),
]


@pytest.mark.parametrize(("kind", "marked"), WRONG)
def test_what_is_wrong(kind: Paper, marked: str) -> None:
    lines: list[str] = []
    wanted = []
    for line in marked.splitlines():
        if mark := re.fullmatch(r"( *)(\^+) (\S+) ?(.*)", line):
            start = sum(len(one) + 1 for one in lines[:-1]) + len(mark[1])
            wanted.append((start, start + len(mark[2]), mark[3], mark[4]))
        else:
            lines.append(line)
    found = check(sheet(kind, "\n".join(lines) + "\n"))
    if "yaml-syntax" in marked or "{{kind}}\n---" in marked:
        assert wanted[-1][2] in [one.code for one in found]
        return
    assert [(d.span.start, d.span.end, d.code) for d in found] == [w[:3] for w in wanted]
    assert all(w[3] in d.message for d, w in zip(found, wanted, strict=True))


def test_rules_are_switched_here_too() -> None:
    off = replace(SNAPSHOT, config=from_mapping({"lint": {"rules": {"unknown-field": "off"}}}))
    assert check(sheet(P, "---\nextend: x\n---\n", snapshot=off)) == ()


def test_nothing_unknown_before_the_index() -> None:
    early = Snapshot()
    assert check(sheet(P, "---\nextends: nope\n---\n", snapshot=early)) == ()
    assert (
        check(sheet(C, "---\ndefaults: {prompt: nope, provider: x}\n---\n", snapshot=early)) == ()
    )


def test_an_extension_is_put_in_as_it_is() -> None:
    path = ".chant/prompts/extensions/short.md"
    assert check(sheet(P, "{{anything}}\n", path)) == ()


FIXED = [
    (C, "defaults:\n  modle: x", "Rename to `model`", "defaults:\n  model: x"),
    (C, "defaults: {xyzzy: x}", "Remove `defaults.xyzzy`", "defaults: {}"),
    (C, "defaults: {auto_merge: batsh}", "Change to `batch`", "defaults: {auto_merge: batch}"),
    (C, "lint:\n  rules:\n    overdu: off", "Remove `lint.rules.overdu`", "lint:\n  rules:"),
    (C, "project: {}\nproject: {}", "Remove `project`", "project: {}"),
    (P, "extends: standart", "Change to `standard`", "extends: standard"),
    (T, "labels: bug # why", "Put `bug` into a list", "labels: [bug] # why"),
    (P, "---\n{{spec.titel}}", "Change to `spec.title`", "---\n{{spec.title}}"),
]


@pytest.mark.parametrize(("kind", "front", "title", "fixed"), FIXED)
def test_quick_fixes(kind: Paper, front: str, title: str, fixed: str) -> None:
    text = f"---\n{front}\n---\n" if "---" not in front else f"---\n{front}\n"
    found = {one.title: one for one in fixes(sheet(kind, text), Span(0, len(text)))}
    assert title in found, list(found)
    change = found[title].change
    assert change
    done = apply(text, change().edits[PATHS[kind]])
    assert done == text.replace(front, fixed)
    assert not [d for d in check(sheet(kind, done)) if d.code == found[title].fixes[0].code]


TYPED = [
    (C, "---\n# def┃\n---\n", set()),
    (C, "---\ndefaults:\n  prompt: st # 'x' n┃\n---\n", set()),
    (C, "---\n┃\n---\n", {"project", "defaults", "providers", "lint"}),
    (C, "---\nproject: {}\ndef┃\n---\n", {"defaults", "!project"}),
    (C, "---\ndefaults:\n  auto_merge: ┃\n---\n", {"batch", "always", "never"}),
    (C, "---\ndefaults:\n  prompt: st┃\n---\n", {"standard", "mine"}),
    (C, "---\ndefaults: {provider: ┃\n---\n", {"fixer", "shell"}),
    (C, "---\ndefaults: {model: x, ┃}\n---\n", {"provider", "!model"}),
    (C, "---\nproviders:\n  me:\n    ┃\n---\n", {"command", "output", "timeout"}),
    (C, "---\nproviders:\n  me:\n    output:┃\n---\n", {"jsonl", "acp"}),
    (C, "---\nlint:\n  rules:\n    wrong┃\n---\n", {"wrong-type", "too-complex"}),
    (C, "---\nlint:\n  rules:\n    wrong-type: ┃\n---\n", {"off", "hint"}),
    (C, "---\nlint:\n  disable:\n  - ┃\n---\n", {"wrong-type"}),
    (P, "---\next┃\n---\n", {"extends", "kind"}),
    (P, "---\nextends: ┃\n---\n", {"standard", "!mine"}),
    (P, "---\n---\n{{┃", {"spec.title", "attempt"}),
    (P, "---\nextends: standard\n---\n{{ ┃ }}", {"> parent", "spec"}),
    (P, "---\n---\n{{spec.ti┃tle}}", {"spec.title", "!> parent"}),
    (P, "---\n---\nplain ┃", set()),
    (T, "---\nvariables:\n- name: who\n  ┃\n---\n", {"description", "default"}),
    (T, "---\nvariables:\n- name: who\n---\n{{┃}}\n", {"who", "!spec"}),
    (T, "---\nvariables:\n- required: ┃\n---\n", {"true", "false"}),
]


@pytest.mark.parametrize(("kind", "marked", "wanted"), TYPED)
def test_completion(kind: Paper, marked: str, wanted: set[str]) -> None:
    text, offset = marked.replace("┃", ""), marked.index("┃")
    labels = {item.label for item in complete(sheet(kind, text), offset).items}
    absent = {one for one in wanted if one.startswith("!")}
    assert wanted - absent <= labels
    assert not labels & {one[1:] for one in absent}
    assert wanted or not labels


def applied(text: str, edit: Edit) -> str:
    return text[: edit.span.start] + edit.new + text[edit.span.end :]


@pytest.mark.parametrize(
    ("kind", "marked", "label", "after"),
    [
        (C, "---\ndef┃\n---\n", "defaults", "---\ndefaults:\n---\n"),
        (
            C,
            "---\ndefaults:\n  auto_merge:┃\n---\n",
            "never",
            "---\ndefaults:\n  auto_merge: never\n---\n",
        ),
        (
            C,
            "---\ndefaults: {pro┃mpt: x}\n---\n",
            "provider",
            "---\ndefaults: {provider: x}\n---\n",
        ),
        (P, "---\nkind: ┃# why\n---\n", "analysis", "---\nkind: analysis # why\n---\n"),
        (P, "---\nkind: ex┃ec\n---\n", "analysis", "---\nkind: analysis\n---\n"),
        (P, "{{spec.┃ti}}", "spec.title", "{{spec.title}}"),
        (P, "{{ sp┃\n", "spec", "{{ spec}}\n"),
    ],
)
def test_a_completion_fits_its_place(kind: Paper, marked: str, label: str, after: str) -> None:
    text, offset = marked.replace("┃", ""), marked.index("┃")
    item = next(i for i in complete(sheet(kind, text), offset).items if i.label == label)
    assert applied(text, item.edit) == after


def test_a_key_and_a_variable_tell_what_they_are() -> None:
    text = "---\nextends: standard\n---\n{{ spec.title }}\n"
    found = hover(sheet(P, text), text.index("extends"))
    assert found and "extends" in found.markdown and found.span.of(text) == "extends"
    found = hover(sheet(P, text), text.index("title"))
    assert found and VARIABLES["spec.title"] in found.markdown
    config = "---\nproviders:\n  me:\n    output: text\nlint: {rules: {wrong-type: off}}\n---\n"
    found = hover(sheet(C, config), config.index("text"))
    assert found and "claude-stream" in found.markdown
    found = hover(sheet(C, config), config.index("wrong-type"))
    assert found and "**Fix:**" in found.markdown
    assert hover(sheet(C, config), len(config)) is None


def test_every_item_has_its_documentation() -> None:
    for kind in Paper:
        for item in complete(sheet(kind, "---\n\n---\n"), 4).items:
            assert item.label in document_for(item.key.removeprefix("paper:"))


def test_the_tables_say_what_the_programs_read() -> None:
    assert tuple(VARIABLES) and FILLED is VARIABLES
    assert from_mapping({row.name: None for row in CONFIG}).problems == ()
    for rows in ROWS.values():
        assert all(row.doc for row in rows)


def test_which_files_these_are() -> None:
    assert paper_at(".chant/config.md") is C and paper_at(".chant/prompts/a/b.md") is P
    assert paper_at(".chant/templates/x.md") is T
    for other in (".chant/specs/x.md", "config.md", ".chant/prompts/x.txt", "a/.chant/config.md"):
        assert paper_at(other) is None


PIECES = st.sampled_from(
    ["---\n", "defaults:", "\n", "  ", "- ", "{", "}", "[", "]", "{{", "}}", ":", ",", "a",
     "kind: ", "extends: mine", "\r", "\t", "'", '"', "\u2028", "😀", "variables:\n- name: x\n",
     "&a *a", "#"]
)  # fmt: skip


@given(st.sampled_from(list(Paper)), st.lists(PIECES, max_size=25), st.data())
def test_any_text_at_any_place(kind: Paper, pieces: list[str], data: st.DataObject) -> None:
    text = "".join(["---\n", *pieces])
    one = sheet(kind, text)
    at = data.draw(st.integers(0, len(text)))
    for found in check(one):
        assert 0 <= found.span.start <= found.span.end <= len(text)
    for item in complete(one, at).items:
        assert item.edit.span.start <= at <= item.edit.span.end
    hover(one, at)


def test_a_paper_full_of_faults_is_told_of_two_hundred() -> None:
    text = "---\n" + "".join(f"nonsense{n}: x\n" for n in range(5_000)) + "---\n"
    for kind in PATHS:
        assert len(check(sheet(kind, text))) == MOST_FINDINGS
