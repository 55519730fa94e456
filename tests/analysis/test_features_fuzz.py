"""Every feature at any place of any text: an answer, never an error."""

from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.analysis.actions import actions
from chant_ls.analysis.completion import complete, document_for
from chant_ls.analysis.dag import Format, dag
from chant_ls.analysis.hints import hints
from chant_ls.analysis.hover import hover
from chant_ls.analysis.lenses import lenses
from chant_ls.analysis.navigation import definition, links, references
from chant_ls.analysis.renaming import rename
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.structure import folds, selections, tokens
from chant_ls.analysis.summary import listed, rows, spec_json
from chant_ls.analysis.symbols import document_symbols
from chant_ls.analysis.types import Change
from chant_ls.syntax.quoting import within
from chant_ls.syntax.text import Span, apply
from tests.analysis.project import snapshot, spec_file

PIECES = (
    *"---\n|:[]{},'\"#`-\t\r\u2028\ufeff😀",
    "depends_on:\n  - ",
    "status: ",
    "approval:\n  ",
    "- [ ] ",
    "```\n",
    "## ",
    "2026-01-22-001-x7m",
    "<<<<<<< a\n",
    "\r\n",
)

GUIDE = """---
type: driver
labels:
  - epic
---

# Overhaul of storage

## Member Specs

1. `research-storage` - Find out
2. `refactor-lock` - Improve

- 2026-01-29-010-abc (independent)
- 2026-01-29-012-ghi (depends on 010-abc)
"""


def mutated(text: str, rng: Random) -> str:
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(text))
        cut = rng.choice((0, 0, 1, 5, 40))
        text = text[:at] + rng.choice(PIECES) * rng.randint(0, 2) + text[at + cut :]
    return text


def texts_of(corpus: dict[str, str]) -> list[str]:
    return [GUIDE, *list(corpus.values())[::12]]


def sound(text: str, change: Change, path: str) -> None:
    for edit in change.edits.get(path, ()):
        assert 0 <= edit.span.start <= edit.span.end <= len(text)
    apply(text, change.edits.get(path, ()))


def ask_everything(project: Snapshot, path: str, offset: int) -> None:
    text = project.files[path].text
    for item in complete(project, path, offset, lambda folder: ["a/", "b"]).items:
        assert 0 <= item.edit.span.start <= offset <= item.edit.span.end <= len(text)
        assert not {"\n", "\r"} & set(item.edit.span.of(text))
        document_for(project, item.key)
    hover(project, path, offset, "2026-02-01T00:00:00Z")
    definition(project, path, offset)
    references(project, path, offset, declaration=True)
    change = rename(project, path, offset, "brand-new")
    if isinstance(change, Change):
        sound(text, change, path)
    spans = selections(project.files[path].document, offset)
    assert all(span.start <= offset <= span.end for span in spans)


def ask_file(project: Snapshot, path: str, rng: Random) -> None:
    file = project.files[path]
    (root,) = document_symbols(file.document)
    assert root.span == Span(0, len(file.text))
    lenses(project, path), hints(project, path), links(project, path), tokens(project, path)
    for fold in folds(file.document):
        assert fold.span.start < fold.span.end <= len(file.text)
    start = rng.randint(0, len(file.text))
    end = min(len(file.text), start + rng.choice((0, 0, 10, 200)))

    def crashed(where: str, error: BaseException) -> None:
        raise AssertionError(where) from error

    for action in actions(project, path, Span(start, end), crashed=crashed):
        assert bool(action.change) + bool(action.run) + bool(action.disabled) == 1, action
        if action.change:
            change = action.change()
            sound(file.text, change, path)
            assert action.creates == bool(change.files)


@pytest.mark.parametrize("seed", range(4))
def test_every_feature_anywhere_in_mutated_specs(corpus: dict[str, str], seed: int) -> None:
    rng = Random(seed)
    texts = texts_of(corpus)
    base = snapshot({f"2026-01-22-{n:03}-x7m": text for n, text in enumerate(texts[:30])})
    for text in rng.sample(texts, 25):
        broken = mutated(text, rng)
        file = spec_file("2026-01-22-001-x7m", broken)
        project = base.with_file(file)
        ask_file(project, file.path, rng)
        for _ in range(12):
            ask_everything(project, file.path, rng.randint(0, len(broken)))


def test_every_offset_of_a_half_typed_spec() -> None:
    text = GUIDE.replace("labels:", "depends_on: [x,\nlabels:")
    file = spec_file("g", text)
    project = snapshot({"2026-01-29-010-abc": "", "x": ""}).with_file(file)
    for offset in range(len(text) + 1):
        ask_everything(project, file.path, offset)


def test_the_whole_corpus_at_once(corpus: dict[str, str]) -> None:
    project = snapshot({path.rpartition("/")[2][:-3]: text for path, text in corpus.items()})
    for row in rows(project, listed(project)):
        assert spec_json(project, row.id)["status"] == row.status
    for format in Format:
        assert dag(project, format)


@settings(max_examples=60, deadline=None)
@given(st.text(), st.sampled_from(("", "'", '"')))
def test_what_completion_writes_reads_back(text: str, quote: str) -> None:
    flat = "".join(c for c in text if c not in "\r\n\x85\u2028\u2029")
    if "\ud800" <= max(flat, default="") <= "\udfff":
        return
    control = any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\ufeff\ufffe\uffff" for c in flat)
    if quote == "'" and control:
        return
    source = f"[{quote}{within(flat, quote, flow=True)}{quote}]"
    assert yaml.load(source, yaml.BaseLoader) == [flat]
