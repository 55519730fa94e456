import pytest
from markdown_it import MarkdownIt

from chant_ls.analysis.hover import hover
from chant_ls.analysis.markdown import clean, code, escape
from chant_ls.analysis.snapshot import PathFact, PathKind
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from tests.analysis.cursor import opened
from tests.analysis.project import snapshot

NOW = "2026-02-01T12:00:00Z"
A, B, C = "2026-01-29-010-abc", "2026-01-29-011-def", "2026-01-29-012-ghi"
BASE = snapshot(
    {
        B: "---\nlabels: [x]\n---\n\n# Lock\n\n## Acceptance Criteria\n\n- [x] a\n- [ ] b\n",
        A: f"---\ndepends_on: [{B}]\nlabels: [x]\n---\n\n# Reader\n",
    }
).with_run(RunInfo("r", SpecId(B), RunState.FAILED, ended_at="2026-02-01T10:00:00Z"))


def shown(text: str, base=BASE) -> str:
    answer = hover(*opened(C, text, base=base), NOW)
    return answer.markdown if answer else ""


def test_the_whole_chain_of_reasons_and_the_next_step() -> None:
    assert shown(f"---\ndepends_on: [{A}]\n---\n\n# Wri‸te\n") == (
        "**Write**\n\n"
        f"`{C}` is **blocked**, code\n\n"
        f"- blocked by `{A}` Reader (blocked) ← `{B}` Lock (failed 2 h ago)\n\n"
        f"next: `chant reset {B}`"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"---\ndepends_on: [{B}‸]\n---\n",
        f"---\ndepends_on:\n  - 2026‸{B[4:]}\n---\n",
        "---\ndepends_on: 011‸-def\n---\n",
        f"---\ninformed_by:\n  - ‸{B}\n---\n",
        f"---\ninformed_by:\n  - .chant/specs/‸{B}.md\n---\n",
        f"---\nsuperseded_by: {B}‸\n---\n",
        f"---\n---\n\nsee {B[:5]}‸{B[5:]}.\n",
        "---\n---\n\n## Member Specs\n\n- x (depends on 011‸-def)\n",
        f"---\nbroken: [\ndepends_on:\n  - {B}‸\n---\n",
    ],
)
def test_an_id_anywhere_shows_its_card(text: str) -> None:
    card = shown(text)
    assert card.startswith(f"**Lock**\n\n`{B}` is **failed**")
    assert "Criteria: 1/2" in card
    assert f"Dependents: 1 (`{A}`)" in card or "Dependents: 2" in card
    assert "Run `r`: failed, 2 h ago" in card


def test_status_shows_the_verdict_and_fields_their_docs() -> None:
    assert shown("---\nstatus: pen‸ding\n---\n\n# T\n") == f"`{C}` is **ready**, code"
    assert "Specs that must be completed" in shown("---\ndep‸ends_on: []\n---\n")
    assert "Whether the spec waits" in shown("---\napproval:\n  req‸uired: true\n---\n")
    assert shown("---\nunk‸nown: x\n---\n") == ""


def test_labels_are_counted_and_paths_resolved() -> None:
    assert shown("---\nlabels: [x‸]\n---\n") == "Label `x`: 3 specs"
    base = BASE.with_paths({"src": PathFact(PathKind.FOLDER, 3)})
    told = shown("---\ntarget_files: [src‸]\n---\n", base)
    assert told == f"`src`: a folder with 3 files\n\nNamed by 1 spec: `{C}`"


@pytest.mark.parametrize(
    "entry", ["target_files: [src/a.md‸]", "context: ['./src/a.md#top‸']", "tracks: src/a.md‸"]
)
def test_all_that_name_a_path_are_told_however_they_write_it(entry: str) -> None:
    others = {"o1": "origin: [src/a.md]", "o2": "output_schema: ./src/a.md", "o3": "context: [src]"}
    base = snapshot(others).with_paths({"src/a.md": PathFact(PathKind.FILE)})
    told = shown(f"---\n{entry}\n---\n", base)
    assert told.endswith(f": a file\n\nNamed by 3 specs: `{C}`, `o1`, `o2`")


def test_a_code_span_that_is_an_id_and_a_link_show_the_card() -> None:
    base = snapshot({"parser": ""}).with_paths({"docs/z.md": PathFact(PathKind.FILE)})
    for text in ("# About `par‸ser`", "- [ ] `pars‸er` works", "[it](parser‸.md)"):
        assert shown(f"---\n---\n{text}\n", base).startswith("**Title**\n\n`parser` is")
    assert shown("---\n---\nthe par‸ser\n", base) == ""
    assert shown("---\n---\n[z](docs/z‸.md)\n", base) == "`docs/z.md`: a file"


def test_what_is_no_spec_and_what_could_be_several() -> None:
    assert "could be any of" in shown("---\ndepends_on: [2026-01-29‸]\n---\n")
    assert shown(f"---\ndepends_on: [{B[:-1]}x‸]\n---\n").startswith(f"`{B[:-1]}x` is no spec; ")


def test_nothing_where_nothing_stands() -> None:
    assert shown("---\n---\n\n# T\n\nplain ‸words\n") == ""
    assert shown("---\n‸\n---\n") == ""
    assert hover(BASE, "nowhere.md", 0) is None


def test_a_check_is_explained() -> None:
    assert "`pytest -q` decides" in shown(
        "---\n---\n# T\n\n## Acceptance Criteria\n\n- [ ] green‸ `$ pytest -q`\n"
    )


HOSTILE = [
    "[click](https://evil.example)",
    "![img](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example> https://evil.example www.evil.example me@evil.example",
    "**bold** _under_ ~~gone~~ `code` $x$ | a | b |",
    "# heading",
    "- list",
    "1. list",
    "```\nfence",
    "&lt;b&gt; &amp;",
    "a\\*b\\",
    "[link]: command:evil",
    "\u202egnp.exe\u2066\u200f\x1b[31m\x00\x07",
    "line\nbreak\u2028and\x85more",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_text_and_nothing_else(title: str) -> None:
    tokens = MarkdownIt("commonmark").enable("strikethrough").parse(escape(title))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    parts = tokens[1].children or []
    assert {part.type for part in parts} <= {"text", "text_special"}
    assert "".join(part.content for part in parts) == clean(title)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_code_stays_one_span(title: str) -> None:
    (inline,) = [t for t in MarkdownIt("commonmark").parse(code(title)) if t.type == "inline"]
    assert [part.type for part in inline.children or []] == ["code_inline"]


def test_no_bare_link_survives_in_the_raw_text() -> None:
    text = escape("https://evil.example www.evil.example ftp://x me@evil.example")
    assert "://" not in text and "www." not in text and "e@e" not in text


def test_unseen_characters_are_gone_and_text_is_bounded() -> None:
    assert clean("\u202ea\u2066b\u200f\x1b[31mc\x00") == "ab[31mc"
    assert clean("👩\u200d💻 ok") == "👩\u200d💻 ok"
    assert len(clean("x" * 1000)) == 300
