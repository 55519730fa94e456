from dataclasses import replace

import pytest

from chant_ls.analysis.navigation import (
    definition,
    incoming,
    links,
    outgoing,
    references,
    subject,
)
from chant_ls.analysis.paths import wanted_paths
from chant_ls.analysis.renaming import (
    Renamable,
    prepare_rename,
    rename,
    rename_spec,
    will_rename,
)
from chant_ls.analysis.snapshot import PathFact, PathKind, Snapshot
from chant_ls.analysis.types import Change, RenameFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.text import apply
from tests.analysis.cursor import opened
from tests.analysis.project import snapshot, spec_file

A, B, C = "2026-01-29-010-abc", "2026-01-29-011-def", "2026-01-29-012-ghi"
BASE = snapshot(
    {
        A: "---\nlabels: [x, 'y']\n---\n\n# Lock\n",
        f"{A}.1": "---\nlabels:\n- x # why\n---\n\n# Member\n",
        f"archive/{B}.md": f"---\ndepends_on: [010-abc]\n---\n\n# Old, see {A} and {A}.1.\n",
        "free": f"---\ninformed_by:\n  - .chant/specs/{A}.md\n  - src/a.rs\n---\n\n# Free\n",
    }
)


def texts(project: Snapshot, found) -> list[tuple[str, str]]:
    return [(w.path, w.span.of(project.files[w.path].text)) for w in found]


@pytest.mark.parametrize(
    "text",
    [
        f"---\ndepends_on: [{A}‸]\n---\n",
        "---\ndepends_on: [‸010-abc]\n---\n",
        f"---\ninformed_by: [.chant/specs/{A}‸.md]\n---\n",
        f"---\n---\nsee ‸{A}\n",
        f"---\nx: [\nmembers:\n- {A}‸\n---\n",
    ],
)
def test_ids_lead_to_the_title(text: str) -> None:
    project, path, offset = opened(C, text, base=BASE)
    target = definition(project, path, offset)
    assert target is not None
    assert texts(project, [target.where]) == [(f".chant/specs/{A}.md", "Lock")]
    assert target.origin.of(project.files[path].text) in (A, "010-abc", f".chant/specs/{A}.md")


def test_paths_and_prompts_lead_to_their_files() -> None:
    base = replace(BASE, prompts=dict.fromkeys({"research"}, "")).with_paths(
        {"src/a.rs": PathFact(PathKind.FILE), "src": PathFact(PathKind.FOLDER)}
    )

    def target(text: str) -> str:
        found = definition(*opened(C, text, base=base))
        return found.where.path if found else ""

    assert target("---\ntarget_files: [src/a.rs‸]\n---\n") == "src/a.rs"
    assert target("---\ntarget_files: [src‸]\n---\n") == ""
    assert target("---\nprompt: resea‸rch\n---\n") == ".chant/prompts/research.md"
    assert target("---\nprompt: none‸\n---\n") == ""
    assert target(f"---\n---\n[x]({B}‸.md)\n") == f".chant/archive/{B}.md"
    assert target("---\n---\n[x](free‸.md)\n") == ".chant/specs/free.md"
    assert target("---\n---\n[x](../../src/a‸.rs)\n") == "src/a.rs"
    assert target("---\n---\n[x](src/a‸.rs)\n") == "src/a.rs"
    assert target("---\n---\n[x](../../../../etc/passwd‸)\n") == ""
    assert target("---\n---\n[x](https://x.y/free‸.md)\n") == ""


NAMED = [
    (f".chant/archive/{B}.md", "010-abc"),
    (f".chant/archive/{B}.md", A),
    (".chant/specs/free.md", f".chant/specs/{A}.md"),
]


@pytest.mark.parametrize(
    "text",
    [
        "---\ntype: code\n---\n\n# Lo‸ck\n",
        "---\nty‸pe: code\n---\n\n# Lock\n",
        "---\ntype: co‸de\n---\n\n# Lock\n",
        "-‸--\ntype: code\n---\n\n# Lock\n",
    ],
)
def test_references_from_the_definition(text: str) -> None:
    project, path, offset = opened(A, text, base=BASE)
    assert texts(project, references(project, path, offset)) == NAMED
    assert texts(project, references(project, path, offset, declaration=True))[0] == (path, "Lock")


def test_references_from_a_reference_and_of_a_label() -> None:
    project, path, offset = opened("free", f"---\ndepends_on: [{A}‸]\n---\n", base=BASE)
    assert texts(project, references(project, path, offset)) == [
        *NAMED[:2],
        (".chant/specs/free.md", A),
    ]
    project, path, offset = opened("free", "---\nlabels: [x‸]\n---\n", base=BASE)
    assert texts(project, references(project, path, offset)) == [
        (f".chant/specs/{A}.md", "x"),
        (f".chant/specs/{A}.1.md", "x"),
        (".chant/specs/free.md", "x"),
    ]


def test_prose_is_about_nothing() -> None:
    project, path, offset = opened("free", "---\n---\n\n# T\n\nwo‸rds\n", base=BASE)
    assert subject(project, path, offset) is None
    assert references(project, path, offset) == ()
    assert definition(project, path, offset) is None


def test_links() -> None:
    project = BASE.with_paths({"src/a.rs": PathFact(PathKind.FILE)})
    found = links(project, ".chant/specs/free.md")
    assert [link.path for link in found] == [f".chant/specs/{A}.md", "src/a.rs"]


def test_calls_follow_unsaved_text() -> None:
    project, path, _ = opened("free", f"---\ndepends_on: [{A}, 010-abc, free]\n---\n‸", base=BASE)
    (call, own) = outgoing(project, "free")
    assert (call.id, own.id) == (A, "free")
    assert [s.of(project.files[path].text) for s in call.spans] == [A, "010-abc"]
    assert [call.id for call in incoming(project, A)] == [B, "free"]


def after(project: Snapshot, change: Change | Refusal | None) -> dict[str, str]:
    """The changed files by their new paths."""
    assert isinstance(change, Change), change
    moved = {move.old: move.new for move in change.files if isinstance(move, RenameFile)}
    names = {*change.edits, *moved}
    return {
        moved.get(path, path): apply(project.files[path].text, change.edits.get(path, ()))
        for path in names
    }


NEW = "2026-01-29-0zz-new"
RENAMED = {
    f".chant/specs/{NEW}.md": BASE.files[f".chant/specs/{A}.md"].text,
    f".chant/specs/{NEW}.1.md": BASE.files[f".chant/specs/{A}.1.md"].text,
    f".chant/archive/{B}.md": f"---\ndepends_on: [{NEW}]\n---\n\n# Old, see {NEW} and {NEW}.1.\n",
    ".chant/specs/free.md": (
        f"---\ninformed_by:\n  - .chant/specs/{NEW}.md\n  - src/a.rs\n---\n\n# Free\n"
    ),
}


def test_rename_takes_file_members_and_every_reference() -> None:
    title = BASE.files[f".chant/specs/{A}.md"].text.index("Lock")
    prepared = prepare_rename(BASE, f".chant/specs/{A}.md", title)
    assert isinstance(prepared, Renamable) and prepared.text == A
    assert after(BASE, rename(BASE, f".chant/specs/{A}.md", title, NEW)) == RENAMED
    reference = BASE.files[f".chant/archive/{B}.md"].text.index("010-abc")
    assert after(BASE, rename(BASE, f".chant/archive/{B}.md", reference, NEW)) == RENAMED


def test_a_file_renamed_by_the_client_changes_the_rest() -> None:
    change = will_rename(BASE, {f".chant/specs/{A}.md": f".chant/specs/{NEW}.md"})
    rest = {path: text for path, text in RENAMED.items() if path != f".chant/specs/{NEW}.md"}
    assert after(BASE, change) == rest
    moved = will_rename(BASE, {f".chant/specs/{A}.md": f".chant/specs/sub/{NEW}.md"})
    assert moved and moved.files == (
        RenameFile(f".chant/specs/{A}.1.md", f".chant/specs/sub/{NEW}.1.md"),
    )
    assert will_rename(BASE, {f".chant/specs/{A}.md": f".chant/specs/sub/{A}.md"}) is None
    assert will_rename(BASE, {"src/x.md": "src/y.md"}) is None


def test_files_renamed_together_change_the_rest_as_one_by_one() -> None:
    """One that only moves, one with its member moved by the client too."""
    paths = {
        f".chant/archive/{B}.md": f".chant/specs/{B}.md",
        f".chant/specs/{A}.1.md": f".chant/specs/{NEW}.1.md",
        f".chant/specs/{A}.md": f".chant/specs/{NEW}.md",
    }
    change = will_rename(BASE, paths)
    assert change and change.files == ()
    alone = will_rename(BASE, {f".chant/specs/{A}.md": f".chant/specs/{NEW}.md"})
    assert alone and change.edits == alone.edits


@pytest.mark.parametrize("new", ["", "a b", "../x", "a/b", "x~1", "-x", "free", "a..b", "x.lock"])
def test_names_that_cannot_be(new: str) -> None:
    assert isinstance(rename_spec(BASE, SpecId(A), new), Refusal)


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.COMPLETED])
def test_what_is_worked_or_not_merged_keeps_its_name(state: RunState) -> None:
    busy = snapshot({A: "", f"{A}.1": ""}, {f"{A}.1": state})
    assert isinstance(rename_spec(busy, SpecId(A), NEW), Refusal)


def test_a_label_is_renamed_everywhere_in_its_quotes() -> None:
    base = snapshot({"a": "labels: [x, 'x y']", "b": "labels:\n- x # why\n- 'x'", "c": "labels: x"})
    project, path, offset = opened("d", '---\nlabels: ["x‸"]\n---\n', base=base)
    texts = after(project, rename(project, path, offset, "it's: new"))
    assert texts == {
        ".chant/specs/a.md": "---\nlabels: ['it''s: new', 'x y']\n---\n\n# Title\n",
        ".chant/specs/b.md": (
            "---\nlabels:\n- 'it''s: new' # why\n- 'it''s: new'\n---\n\n# Title\n"
        ),
        ".chant/specs/c.md": "---\nlabels: 'it''s: new'\n---\n\n# Title\n",
        ".chant/specs/d.md": '---\nlabels: ["it\'s: new"]\n---\n',
    }


def test_nothing_to_rename_in_prose() -> None:
    project, path, offset = opened("d", "---\n---\n\n# T\n\nwo‸rds\n", base=BASE)
    assert isinstance(prepare_rename(project, path, offset), Refusal)
    assert isinstance(rename(project, path, offset, "x"), Refusal)


DRIVER = """---
type: driver
members: [parser]
---
# D

## Member Specs

1. `parser` - text
2. `lexer` (depends on parser)

See `parser` and [it](parser.md#why), not `$ parser`.

```
`parser`
```
"""
FAMILY = snapshot(
    {"d": DRIVER, "parser": "---\n---\n# P\n\n## Why\n", "lexer": "superseded_by: parser"}
)


def test_a_list_of_members_and_a_document_may_name_a_spec_shorter_still() -> None:
    base = snapshot(
        {
            A: "",
            "d": "---\n---\n# D\n\n## Member Specs\n\n- x (depends on abc)\n",
            "e": "context: [abc]",
        }
    )
    found = references(base, f".chant/specs/{A}.md", 1)
    assert texts(base, found) == [(".chant/specs/d.md", "abc"), (".chant/specs/e.md", "abc")]


def test_every_place_that_names_a_spec_is_found_and_renamed() -> None:
    for at in ("1. `pars", "on pars", "See `pars", "(pars"):
        offset = DRIVER.index(at) + len(at)
        found = references(FAMILY, ".chant/specs/d.md", offset)
        assert [path for path, _ in found] == [".chant/specs/d.md"] * 5 + [".chant/specs/lexer.md"]
        done = after(FAMILY, rename(FAMILY, ".chant/specs/d.md", offset, "tokens"))
        head, _, tail = DRIVER.replace("parser", "tokens").partition("$ tokens")
        kept = tail.replace("`tokens`\n```", "`parser`\n```")
        assert done[".chant/specs/d.md"] == f"{head}$ parser{kept}"
        assert done[".chant/specs/lexer.md"].startswith("---\nsuperseded_by: tokens\n")


@pytest.mark.parametrize(
    ("text", "new", "written"),
    [
        ("depends_on: [x, parser]", "a,b", "depends_on: [x, 'a,b']"),
        ('depends_on: ["parser"]', "a'b", 'depends_on: ["a\'b"]'),
        ("depends_on: ['parser']", "a'b", "depends_on: ['a''b']"),
        ("superseded_by: parser", "null", "superseded_by: 'null'"),
        ("{depends_on: parser}", "a,b", "{depends_on: 'a,b'}"),
        ("informed_by: [.chant/specs/parser.md]", "a,b", "informed_by: ['.chant/specs/a,b.md']"),
    ],
)
def test_a_new_id_is_quoted_where_it_must_be(text: str, new: str, written: str) -> None:
    project, path, _ = opened("x", f"---\n{text}\n---\n‸", base=FAMILY)
    done = after(project, rename_spec(project, SpecId("parser"), new))
    assert done[path] == f"---\n{written}\n---\n"


def test_a_label_that_another_becomes_stands_once() -> None:
    project, path, offset = opened("x", "---\nlabels: [bug, ui‸]\n---\n", base=FAMILY)
    assert after(project, rename(project, path, offset, "bug"))[path] == "---\nlabels: [bug]\n---\n"


def test_what_leaves_the_specs_is_not_followed() -> None:
    assert will_rename(FAMILY, {".chant/specs/parser.md": "docs/guide.md"}) is None
    assert will_rename(FAMILY, {".chant/specs/parser.md": ".chant/specs/parser.txt"}) is None


def test_of_several_files_each_is_followed() -> None:
    base = FAMILY.with_file(spec_file("d.1", "---\ndepends_on: [lexer]\n---\n"))
    change = will_rename(
        base,
        {
            ".chant/specs/parser.md": ".chant/specs/p.md",
            ".chant/specs/lexer.md": ".chant/specs/l.md",
            ".chant/specs/d.md": ".chant/specs/sub/e.md",
        },
    )
    done = after(base, change)
    assert done[".chant/specs/sub/e.1.md"] == "---\ndepends_on: [l]\n---\n"
    assert "members: [p]" in done[".chant/specs/d.md"]
    assert "`l` (depends on p)" in done[".chant/specs/d.md"]


def test_a_heading_behind_a_path() -> None:
    base = FAMILY.with_paths({"docs/a.md": PathFact(PathKind.FILE)})
    text = "---\ninformed_by: [{}]\n---\n\n# T\n\n[x]({})\n"

    def target(one: str, link: str = "x"):
        return definition(*opened("x", text.format(one, link), base=base))

    inside = target("docs/a.md#Lock‸ing")
    assert inside and (inside.where.path, inside.heading) == ("docs/a.md", "Locking")
    assert (link := target("x", "docs/a.md#lock‸ing")) and link.heading == "locking"
    for found in (target(".chant/specs/parser.md#w‸hy"), target("x", "parser.md#wh‸y")):
        assert found and texts(base, [found.where]) == [(".chant/specs/parser.md", "Why")]


def test_what_an_open_document_names_is_looked_up_and_linked() -> None:
    text = (
        "---\ntarget_files: [src/x.py]\ninformed_by: ['docs/a.md#h', ./docs/a.md]\n---\n"
        "[l](docs/z.md) [m](../../docs/y.md) [n](https://a.b/c)\n"
    )
    file = spec_file("x", text)
    wanted = {"src/x.py", "docs/a.md", "docs/z.md", ".chant/specs/docs/z.md", "docs/y.md"}
    assert wanted_paths(file) == wanted
    project = FAMILY.with_file(file).with_paths(
        dict.fromkeys(wanted - {".chant/specs/docs/z.md"}, PathFact(PathKind.FILE))
    )
    found = [link.path for link in links(project, file.path)]
    assert found == ["src/x.py", "docs/a.md", "docs/a.md", "docs/z.md", "docs/y.md"]
