"""Symbols, lenses, inlay hints, folding, selection and tokens."""

from itertools import pairwise

import pytest

from chant_ls.analysis.hints import hints
from chant_ls.analysis.lenses import lenses
from chant_ls.analysis.structure import folds, selections, tokens
from chant_ls.analysis.symbols import Symbol, document_symbols, workspace_symbols
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from tests.analysis.cursor import opened
from tests.analysis.project import snapshot

A, B = "2026-01-29-010-abc", "2026-01-29-011-def"
TEXT = f"""---
type: code
labels:
- a
- b
depends_on: [{B}, none]
status: pending
---

# Title

## Context

Needs {B}.

### Deeper

```sh
# no heading
```

## Acceptance Criteria

- [ ] one
- [x] two `$ pytest -q`
"""
BASE = snapshot({A: TEXT, B: "---\nstatus: completed\n---\n\n# Lock\n"})
PATH = f".chant/specs/{A}.md"
DOCUMENT = parse(TEXT, SpecId(A))


def outline(symbol: Symbol, depth: int = 0) -> list[str]:
    detail = f" [{symbol.detail}]" if symbol.detail else ""
    own = f"{'  ' * depth}{symbol.kind} {symbol.name}{detail}"
    return [own, *(line for child in symbol.children for line in outline(child, depth + 1))]


def test_document_symbols() -> None:
    (root,) = document_symbols(DOCUMENT)
    assert outline(root) == [
        "spec Title [code, 4 fields]",
        "  field type [code]",
        "  field labels [a, b]",
        f"  field depends_on [{B}, none]",
        "  field status [pending]",
        "  section Context",
        "    section Deeper",
        "  section Acceptance Criteria [1/2]",
        "    criterion ☐ one",
        "    criterion ☑ two [pytest -q]",
    ]


def held(symbol: Symbol) -> bool:
    inside = symbol.span.start <= symbol.name_span.start <= symbol.name_span.end <= symbol.span.end
    return inside and all(
        symbol.span.start <= c.span.start <= c.span.end <= symbol.span.end and held(c)
        for c in symbol.children
    )


def test_names_lie_within_symbols_and_children_within_parents() -> None:
    (root,) = document_symbols(DOCUMENT)
    assert held(root)


def test_workspace_symbols_by_words_capped() -> None:
    assert [hit.id for hit in workspace_symbols(BASE, "lock")] == [B]
    assert [hit.id for hit in workspace_symbols(BASE, "2026-01 title")] == [A]
    many = snapshot({f"s{n}": "" for n in range(300)})
    assert len(workspace_symbols(many, "")) == 200


def run(state: RunState, live: bool = False) -> RunInfo:
    return RunInfo("r", SpecId(A), state, live)


@pytest.mark.parametrize(
    ("info", "verbs"),
    [
        (None, "▶ Work"),
        (run(RunState.RUNNING, True), "■ Cancel, ▤ Log"),
        (run(RunState.FAILED), "▶ Resume, ↺ Reset, ▤ Log"),
        (run(RunState.COMPLETED), "⤴ Merge, ▤ Log"),
        (run(RunState.MERGED), "▤ Log"),
    ],
)
def test_lenses_offer_what_the_state_allows(info: RunInfo | None, verbs: str) -> None:
    base = snapshot({A: "", "x": f"depends_on: [{A}]"})
    found = lenses(base.with_run(info) if info else base, PATH)
    assert ", ".join(lens.title for lens in found if lens.run) == verbs
    assert {lens.run.arguments["spec"] for lens in found if lens.run} <= {A}
    assert [lens.title for lens in found if lens.references] == ["1 dependent"]


def test_lenses_tell_what_blocks_and_how_far_it_is() -> None:
    told = [lens.title for lens in lenses(BASE, PATH)]
    assert told == ["blocked by none", "1/2 criteria"]
    base = snapshot({A: f"depends_on: [x, {B}]", B: "", "y": "approval: {required: true}"})
    assert [lens.title for lens in lenses(base, PATH)] == ["blocked by 2"]
    assert [lens.title for lens in lenses(base, ".chant/specs/y.md")] == ["waits for approval"]
    group = snapshot({"g": "", "g.1": "status: completed", "g.2": ""})
    assert [x.title for x in lenses(group, ".chant/specs/g.md")] == [
        "▶ Work",
        "blocked by g.2",
        "1/2 members",
    ]


def test_no_lens_in_the_archive_nor_without_title() -> None:
    base = snapshot({"archive/old.md": "---\n---\n# T\n", "bare": "---\n---\n"})
    assert lenses(base, ".chant/archive/old.md") == ()
    assert lenses(base, ".chant/specs/bare.md") == ()


def test_hints_stand_behind_ids_and_their_quotes() -> None:
    found = hints(BASE, PATH)
    assert [(TEXT[: h.offset].count("\n"), h.text) for h in found] == [
        (5, "Lock (completed)"),
        (13, "Lock (completed)"),
    ]
    project, path, _ = opened(A, f'---\ndepends_on: ["{B}"]\n---\n‸', base=BASE)
    (hint,) = hints(project, path)
    assert project.files[path].text[: hint.offset].endswith('"')


def test_folds() -> None:
    lines = [
        (fold.kind.value, TEXT[: fold.span.start].count("\n"), TEXT[: fold.span.end].count("\n"))
        for fold in folds(DOCUMENT)
    ]
    assert lines == [
        ("frontmatter", 0, 7),
        ("field", 2, 4),
        ("section", 9, 24),
        ("section", 11, 19),
        ("section", 15, 19),
        ("code", 17, 19),
        ("section", 21, 24),
    ]


@pytest.mark.parametrize(
    ("at", "grown"),
    [
        ("2026-01-29-011", [B, f"[{B}, none]", f"depends_on: [{B}, none]"]),
        ("] one", ["one", "- [ ] one"]),
        ("no heading", ["# no heading", "# no heading\n", "```sh\n# no heading\n```"]),
    ],
)
def test_selections_grow(at: str, grown: list[str]) -> None:
    offset = TEXT.index(at) + 2
    spans = selections(DOCUMENT, offset)
    assert [span.of(TEXT) for span in spans][: len(grown)] == grown
    assert spans[-1].of(TEXT) == TEXT
    for inner, outer in pairwise(spans):
        assert outer.start <= inner.start <= inner.end <= outer.end and inner != outer


def test_tokens_tell_the_state_of_what_is_named() -> None:
    found = [(t.span.of(TEXT), t.kind.value, t.state) for t in tokens(BASE, PATH)]
    assert found == [
        (B, "spec", "completed"),
        ("none", "unknown", ""),
        ("pending", "status", "pending"),
        (B, "spec", "completed"),
        ("`$ pytest -q`", "check", ""),
    ]
