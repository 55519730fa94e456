"""What an editor gets to see, word for word: each answer beside its question.

After a change that is meant: `pytest tests/lsp/test_answers.py --inline-snapshot=fix`, then read
the difference.
"""

import json
import time

import pytest
from inline_snapshot import snapshot

from tests.lsp.test_features import RICH

BASE = "2026-01-02-001-abc"
LOCK = "2026-01-02-002-def"
DRIVER = "2026-01-03-001-ghi"
DONE = "2026-01-01-001-xyz"
TEXTS = {
    DONE: "---\nstatus: completed\nlabels: [core]\n---\n\n# Measure the lock\n",
    BASE: "---\napproval:\n  required: true\nlabels: [core, ui]\n---\n\n# Choose a lock\n",
    LOCK: f"""---
type: code
depends_on:
  - {BASE}
  - {DONE}
labels: [core]
target_files: [src/lock.py, src/none.py]
informed_by: [docs/locks.md]
---

# Use the lock

As {BASE} found out, see [notes](docs/locks.md).

## Acceptance Criteria

- [ ] No data is lost `$ pytest -q`
- [x] It is written down
""",
    DRIVER: "---\ntype: driver\n---\n\n# All of locking\n",
    f"{DRIVER}.1": "# Readers\n\n## Acceptance Criteria\n\n- [ ] Many at once\n",
    f"{DRIVER}.2": "# Writers\n\n## Acceptance Criteria\n\n- [ ] One at a time\n",
}


@pytest.fixture
def editor(join, tmp_path):
    """Asks about a place in one of the texts; the answer with plain places and URIs."""
    specs = tmp_path / ".chant/specs"
    specs.mkdir(parents=True)
    for id, text in TEXTS.items():
        (specs / f"{id}.md").write_text(text)
    for name, text in (("src/lock.py", "LOCK = 1\n"), ("docs/locks.md", "# Locks\n")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    client = join(tmp_path, capabilities=RICH)
    client.specs(tmp_path, lambda found: len(found) == len(TEXTS))
    uris = {id: client.open(specs / f"{id}.md") for id in TEXTS}

    def ask(method, id, at=None, **params):
        named = {"textDocument": {"uri": uris[id]}, **params}
        if at is not None:
            named["position"] = place(TEXTS[id], at)
        return plain(client.request(f"textDocument/{method}", named), tmp_path)

    ask.client, ask.uris = client, uris
    while len(ask("documentLink", LOCK)) < 6:  # paths are looked up beside the answers
        time.sleep(0.02)
    return ask


def place(text, at):
    """Where `at` stands in the text, `|` in it being the cursor."""
    offset = text.index(at.replace("|", "")) + max(at.find("|"), 0)
    before = text[:offset]
    return {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}


def plain(answer, root):
    """Ranges as `line:column-line:column`, URIs relative to the project."""
    text = json.dumps(answer).replace(root.as_uri(), "")
    return json.loads(text, object_hook=_short)


def _short(value):
    if value.keys() == {"line", "character"}:
        return f"{value['line']}:{value['character']}"
    if value.keys() == {"start", "end"}:
        return f"{value['start']}-{value['end']}"
    return value


def test_hover_tells_why_a_spec_waits_and_what_frees_it(editor):
    found = editor("hover", LOCK, f"- |{BASE}")
    assert (found["range"], found["contents"]["value"]) == snapshot(
        (
            "3:4-3:22",
            """\
**Choose a lock**

`2026-01-02-001-abc` is **blocked**, code

- blocked by a missing approval

next: `chant approve 2026-01-02-001-abc --by NAME`

Dependents: 1 (`2026-01-02-002-def`)  \n\
Labels: `core`, `ui`\
""",
        )
    )
    assert editor("hover", LOCK, "type|: code")["contents"]["value"] == snapshot("""\
`type`: text

What kind of work this is. `code` and `task` are worked as they stand; `research` and `documentation` must name what they read and write; `driver` and `group` hold members.

One of `code`, `task`, `driver`, `group`, `documentation`, `research`, `conflict`.\
""")
    assert editor("hover", LOCK, "src/lock|.py")["contents"]["value"] == snapshot("""\
`src/lock.py`: a file

Named by 1 spec: `2026-01-02-002-def`\
""")
    assert editor("hover", LOCK, "src/none|.py")["contents"]["value"] == snapshot("""\
`src/none.py`: nothing there

Named by 1 spec: `2026-01-02-002-def`\
""")
    assert editor("hover", LOCK, "[|core]")["contents"]["value"] == snapshot(
        "Label `core`: 3 specs"
    )
    assert editor("hover", f"{DRIVER}.2", "# |Writers")["contents"]["value"] == snapshot("""\
**Writers**

`2026-01-03-001-ghi.2` is **blocked**, code

- blocked by `2026-01-03-001-ghi.1` Readers (comes before it) (ready)

next: `chant work 2026-01-03-001-ghi.1`

Criteria: 0/1\
""")


def test_completion_of_ids_keys_and_values(editor):
    def offered(id, at):
        items = editor("completion", id, at)["items"]
        return [(one["label"], one.get("detail"), one["textEdit"]["range"]) for one in items]

    assert offered(LOCK, f"- {BASE}|") == snapshot(
        [("2026-01-02-001-abc", "Choose a lock", "3:4-3:22")]
    )
    assert offered(LOCK, "type: |code") == snapshot(
        [
            ("code", None, "1:6-1:10"),
            ("task", None, "1:6-1:10"),
            ("driver", None, "1:6-1:10"),
            ("group", None, "1:6-1:10"),
            ("documentation", None, "1:6-1:10"),
            ("research", None, "1:6-1:10"),
            ("conflict", None, "1:6-1:10"),
        ]
    )
    assert offered(LOCK, "target_files: [src/|") == snapshot([("src/lock.py", None, "6:15-6:26")])
    assert [label for label, *_ in offered(DRIVER, "|type: driver")][:6] == snapshot(
        ["type", "status", "depends_on", "labels", "target_files", "context"]
    )


def test_from_place_to_place(editor):
    assert editor("definition", LOCK, f"- |{BASE}") == snapshot(
        {"uri": "/.chant/specs/2026-01-02-001-abc.md", "range": "6:2-6:15"}
    )
    assert editor("definition", LOCK, "docs/|locks.md") == snapshot(
        {"uri": "/docs/locks.md", "range": "0:0-0:0"}
    )
    found = editor("references", BASE, "# |Choose", context={"includeDeclaration": False})
    assert found == snapshot(
        [
            {"uri": "/.chant/specs/2026-01-02-002-def.md", "range": "3:4-3:22"},
            {"uri": "/.chant/specs/2026-01-02-002-def.md", "range": "12:3-12:21"},
        ]
    )
    assert editor("documentLink", LOCK) == snapshot(
        [
            {"range": "3:4-3:22", "target": "/.chant/specs/2026-01-02-001-abc.md"},
            {"range": "4:4-4:22", "target": "/.chant/specs/2026-01-01-001-xyz.md"},
            {"range": "6:15-6:26", "target": "/src/lock.py"},
            {"range": "7:14-7:27", "target": "/docs/locks.md"},
            {"range": "12:3-12:21", "target": "/.chant/specs/2026-01-02-001-abc.md"},
            {"range": "12:45-12:58", "target": "/docs/locks.md"},
        ]
    )
    assert editor("rename", BASE, "[|core", newName="base") == snapshot(
        {
            "documentChanges": [
                {
                    "textDocument": {"uri": "/.chant/specs/2026-01-01-001-xyz.md", "version": 1},
                    "edits": [{"annotationId": "chant", "range": "2:9-2:13", "newText": "base"}],
                },
                {
                    "textDocument": {"uri": "/.chant/specs/2026-01-02-001-abc.md", "version": 1},
                    "edits": [{"annotationId": "chant", "range": "3:9-3:13", "newText": "base"}],
                },
                {
                    "textDocument": {"uri": "/.chant/specs/2026-01-02-002-def.md", "version": 1},
                    "edits": [{"annotationId": "chant", "range": "5:9-5:13", "newText": "base"}],
                },
            ],
            "changeAnnotations": {
                "chant": {"label": "Rename label core to base", "needsConfirmation": False}
            },
        }
    )
    [item] = editor("prepareCallHierarchy", LOCK, "# |Use")
    assert item == snapshot(
        {
            "name": "2026-01-02-002-def Use the lock",
            "kind": 2,
            "uri": "/.chant/specs/2026-01-02-002-def.md",
            "range": "10:2-10:14",
            "selectionRange": "10:2-10:14",
            "detail": "blocked",
            "data": {"root": "", "id": "2026-01-02-002-def"},
        }
    )


def test_what_is_drawn_in_the_text(editor):
    assert editor("codeLens", LOCK) == snapshot(
        [
            {"range": "10:0-10:14", "command": {"title": "blocked by 001-abc", "command": ""}},
            {"range": "10:0-10:14", "command": {"title": "1/2 criteria", "command": ""}},
        ]
    )
    area = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    hints = editor("inlayHint", LOCK, range=area)
    assert [(one["position"], one["label"]) for one in hints] == snapshot(
        [
            ("3:22", "Choose a lock (blocked)"),
            ("4:22", "Measure the lock (completed)"),
            ("12:21", "Choose a lock (blocked)"),
        ]
    )
    assert editor("foldingRange", LOCK) == snapshot(
        [
            {"startLine": 0, "endLine": 8, "kind": "region"},
            {"startLine": 2, "endLine": 4},
            {"startLine": 10, "endLine": 17, "kind": "region"},
            {"startLine": 14, "endLine": 17, "kind": "region"},
        ]
    )
    [selected] = editor("selectionRange", LOCK, positions=[place(TEXTS[LOCK], "- [ ] No| data")])
    assert selected == snapshot(
        {
            "range": "16:8-16:8",
            "parent": {
                "range": "16:6-16:21",
                "parent": {
                    "range": "16:0-16:35",
                    "parent": {
                        "range": "14:0-18:0",
                        "parent": {
                            "range": "10:0-18:0",
                            "parent": {"range": "9:0-18:0", "parent": {"range": "0:0-18:0"}},
                        },
                    },
                },
            },
        }
    )
    assert editor("documentSymbol", LOCK) == snapshot(
        [
            {
                "name": "Use the lock",
                "kind": 2,
                "range": "0:0-18:0",
                "selectionRange": "10:2-10:14",
                "detail": "code, 5 fields",
                "children": [
                    {
                        "name": "type",
                        "kind": 7,
                        "range": "1:0-2:0",
                        "selectionRange": "1:0-1:4",
                        "detail": "code",
                        "children": [],
                    },
                    {
                        "name": "depends_on",
                        "kind": 7,
                        "range": "2:0-5:0",
                        "selectionRange": "2:0-2:10",
                        "detail": "2026-01-02-001-abc, 2026-01-01-001-xyz",
                        "children": [],
                    },
                    {
                        "name": "labels",
                        "kind": 7,
                        "range": "5:0-6:0",
                        "selectionRange": "5:0-5:6",
                        "detail": "core",
                        "children": [],
                    },
                    {
                        "name": "target_files",
                        "kind": 7,
                        "range": "6:0-7:0",
                        "selectionRange": "6:0-6:12",
                        "detail": "src/lock.py, src/none.py",
                        "children": [],
                    },
                    {
                        "name": "informed_by",
                        "kind": 7,
                        "range": "7:0-8:0",
                        "selectionRange": "7:0-7:11",
                        "detail": "docs/locks.md",
                        "children": [],
                    },
                    {
                        "name": "Acceptance Criteria",
                        "kind": 3,
                        "range": "14:0-18:0",
                        "selectionRange": "14:0-14:22",
                        "detail": "1/2",
                        "children": [
                            {
                                "name": "☐ No data is lost",
                                "kind": 17,
                                "range": "16:0-16:35",
                                "selectionRange": "16:6-16:21",
                                "detail": "pytest -q",
                                "children": [],
                            },
                            {
                                "name": "☑ It is written down",
                                "kind": 17,
                                "range": "17:0-17:24",
                                "selectionRange": "17:6-17:24",
                                "children": [],
                            },
                        ],
                    },
                ],
            }
        ]
    )


def test_actions_with_their_reasons(editor):
    def offered(id, at):
        there = place(TEXTS[id], at)
        area, context = {"start": there, "end": there}, {"diagnostics": []}
        asked = {"textDocument": {"uri": editor.uris[id]}, "range": area, "context": context}
        found = editor.client.request("textDocument/codeAction", asked)
        return [(one["title"], one["kind"], one.get("disabled", {}).get("reason")) for one in found]

    assert offered(LOCK, "# |Use") == snapshot(
        [
            (
                "Work",
                "chant",
                "2026-01-02-002-def is blocked: depends on 001-abc; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Work with its unmet dependencies",
                "chant",
                "2026-01-02-002-def is blocked: needs approval; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Merge",
                "chant",
                "2026-01-02-002-def is pending: there is nothing to merge; `chant show 2026-01-02-002-def` tells more",
            ),
            ("Cancel", "chant", "this workspace is not trusted"),
            (
                "Resume",
                "chant",
                "2026-01-02-002-def: cannot resume a spec that is pending; nothing was started yet: `chant work 2026-01-02-002-def`",
            ),
            (
                "Reset: make it pending again",
                "chant",
                "2026-01-02-002-def: cannot reset a spec that is pending; it is pending already: `chant work 2026-01-02-002-def`",
            ),
            (
                "Approve",
                "chant",
                "2026-01-02-002-def needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Reject",
                "chant",
                "2026-01-02-002-def needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Show the log",
                "chant",
                "2026-01-02-002-def was never worked: it has no log; `chant work 2026-01-02-002-def`",
            ),
            ("Split into members (by an agent)", "chant", "this workspace is not trusted"),
            ("Split into research and implement", "refactor.rewrite", None),
            ("Make private: keep it out of git", "refactor.rewrite", None),
        ]
    )
    assert offered(BASE, "# |Choose") == snapshot(
        [
            (
                "Work",
                "chant",
                "2026-01-02-001-abc is blocked: needs approval; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Work with its unmet dependencies",
                "chant",
                "2026-01-02-001-abc is blocked: needs approval; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Merge",
                "chant",
                "2026-01-02-001-abc is pending: there is nothing to merge; `chant show 2026-01-02-001-abc` tells more",
            ),
            ("Cancel", "chant", "this workspace is not trusted"),
            (
                "Resume",
                "chant",
                "2026-01-02-001-abc: cannot resume a spec that is pending; nothing was started yet: `chant work 2026-01-02-001-abc`",
            ),
            (
                "Reset: make it pending again",
                "chant",
                "2026-01-02-001-abc: cannot reset a spec that is pending; it is pending already: `chant work 2026-01-02-001-abc`",
            ),
            ("Approve", "chant", "this workspace is not trusted"),
            ("Reject", "chant", "this workspace is not trusted"),
            (
                "Show the log",
                "chant",
                "2026-01-02-001-abc was never worked: it has no log; `chant work 2026-01-02-001-abc`",
            ),
            ("Split into members (by an agent)", "chant", "this workspace is not trusted"),
            ("Split into research and implement", "refactor.rewrite", None),
            ("Make private: keep it out of git", "refactor.rewrite", None),
        ]
    )
    assert offered(LOCK, "- [ ] |No data") == snapshot(
        [
            (
                "Work",
                "chant",
                "2026-01-02-002-def is blocked: depends on 001-abc; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Work with its unmet dependencies",
                "chant",
                "2026-01-02-002-def is blocked: needs approval; `chant approve 2026-01-02-001-abc --by NAME`",
            ),
            (
                "Merge",
                "chant",
                "2026-01-02-002-def is pending: there is nothing to merge; `chant show 2026-01-02-002-def` tells more",
            ),
            ("Cancel", "chant", "this workspace is not trusted"),
            (
                "Resume",
                "chant",
                "2026-01-02-002-def: cannot resume a spec that is pending; nothing was started yet: `chant work 2026-01-02-002-def`",
            ),
            (
                "Reset: make it pending again",
                "chant",
                "2026-01-02-002-def: cannot reset a spec that is pending; it is pending already: `chant work 2026-01-02-002-def`",
            ),
            (
                "Approve",
                "chant",
                "2026-01-02-002-def needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Reject",
                "chant",
                "2026-01-02-002-def needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Show the log",
                "chant",
                "2026-01-02-002-def was never worked: it has no log; `chant work 2026-01-02-002-def`",
            ),
            ("Split into members (by an agent)", "chant", "this workspace is not trusted"),
            ("Split into research and implement", "refactor.rewrite", None),
            ("Tick the criterion", "refactor.rewrite", None),
            ("Extract this criterion into a spec of its own", "refactor.extract", None),
        ]
    )
    assert offered(DRIVER, "# |All") == snapshot(
        [
            ("Work", "chant", "this workspace is not trusted"),
            ("Work with its unmet dependencies", "chant", "this workspace is not trusted"),
            (
                "Merge",
                "chant",
                "2026-01-03-001-ghi is pending: there is nothing to merge; `chant show 2026-01-03-001-ghi` tells more",
            ),
            ("Cancel", "chant", "this workspace is not trusted"),
            (
                "Resume",
                "chant",
                "2026-01-03-001-ghi: cannot resume a spec that is pending; nothing was started yet: `chant work 2026-01-03-001-ghi`",
            ),
            (
                "Reset: make it pending again",
                "chant",
                "2026-01-03-001-ghi: cannot reset a spec that is pending; it is pending already: `chant work 2026-01-03-001-ghi`",
            ),
            (
                "Approve",
                "chant",
                "2026-01-03-001-ghi needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Reject",
                "chant",
                "2026-01-03-001-ghi needs no approval; `approval: {required: true}` would ask for one",
            ),
            (
                "Show the log",
                "chant",
                "2026-01-03-001-ghi was never worked: it has no log; `chant work 2026-01-03-001-ghi`",
            ),
            (
                "Split into members (by an agent)",
                "chant",
                "2026-01-03-001-ghi is a driver already; split one of its members",
            ),
            (
                "Split into research and implement",
                "refactor.rewrite",
                "2026-01-03-001-ghi is a driver already; split one of its members",
            ),
            ("Make private: keep it out of git", "refactor.rewrite", None),
        ]
    )
