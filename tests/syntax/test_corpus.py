"""The shared part of the corpus (model.md 12): what of its figures can be counted here."""

from collections import Counter
from pathlib import Path

import pytest

from chant_ls.model.fields import BY_NAME, Shape
from chant_ls.model.spec import TYPE_ALIASES, SpecId, SpecType, Status
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document, Scalar


def _documents(texts: dict[str, str]) -> list[Document]:
    return [parse(text, SpecId(Path(path).stem)) for path, text in texts.items()]


@pytest.fixture(scope="module")
def main(corpus: dict[str, str]) -> list[Document]:
    return _documents({p: t for p, t in corpus.items() if "/examples/" not in p})


@pytest.fixture(scope="module")
def examples(corpus: dict[str, str]) -> list[Document]:
    return _documents({p: t for p, t in corpus.items() if "/examples/" in p})


def _text(document: Document, name: str) -> str:
    entry = document.entry(name)
    assert entry and isinstance(entry.value, Scalar)
    return entry.value.text


def _keys(documents: list[Document]) -> Counter[str]:
    fronts = (d.frontmatter for d in documents)
    return Counter(e.key.text for f in fronts if f for e in f.mapping.entries)


def test_every_file_parses_without_a_problem(corpus: dict[str, str], malformed: dict[str, str]):
    for path, text in (corpus | malformed).items():
        document = parse(text, SpecId(Path(path).stem))
        assert document.problems == (), path
        assert document.frontmatter is not None
        assert document.facts.title, path


def test_types_and_statuses(main: list[Document]):
    assert Counter(_text(d, "type") for d in main) == {
        "code": 467, "documentation": 28, "task": 19, "docs": 19, "research": 12, "group": 12,
        "driver": 2,
    }  # fmt: skip
    assert Counter(d.facts.type for d in main)[SpecType.DOCUMENTATION] == 28 + 19
    assert Counter(d.facts.status for d in main) == {
        Status.COMPLETED: 512, Status.IN_PROGRESS: 21, Status.PENDING: 15, Status.CANCELLED: 10,
        Status.FAILED: 1,
    }  # fmt: skip


def test_keys(main: list[Document]):
    assert _keys(main) == {
        "type": 559, "status": 559, "model": 449, "completed_at": 418, "target_files": 401,
        "commits": 372, "depends_on": 104, "labels": 44, "prompt": 12, "context": 5, "tracks": 3,
        "branch": 2, "pr": 2, "commit": 2, "cancelled_reason": 2, "superseded_by": 2,
        "informed_by": 2, "approval": 2, "origin": 1,
    }  # fmt: skip
    assert set(_keys(main)) <= set(BY_NAME)


def test_commits_that_look_like_numbers_stay_text(main: list[Document]):
    entries = [entry.value for d in main if (entry := d.entry("commits"))]
    hashes = [item for value in entries for item in value.items]
    assert any(item.text.isdigit() and not item.quote for item in hashes)


def test_dependencies(main: list[Document]):
    depends = [d.facts.depends_on for d in main if d.facts.depends_on is not None]
    assert sum(map(len, depends)) == 125
    assert depends.count(()) == 11


def test_criteria(main: list[Document], examples: list[Document]):
    counts = [d.facts.criteria for d in main]
    assert max(c.total for c in counts) == 31
    assert sum(c.total == 0 for c in counts) == 58
    done = [d.facts.criteria for d in main if d.facts.status is Status.COMPLETED]
    assert sum(c.done < c.total for c in done) == 32
    deep = [d for d in main if (h := d.body.criteria_heading) and h.level == 3]
    assert len(deep) == 78
    assert sum(d.facts.criteria.total > 0 for d in deep) == 77
    assert all(d.facts.criteria.total for d in examples)


def test_the_malformed_folder_has_type_problems_and_one_list_problem(malformed: dict[str, str]):
    documents = _documents(malformed)
    types = Counter(_text(d, "type") for d in documents)
    assert types == {"docs": 20, "implementation": 7, "conflict": 3, "research": 1}
    (other,) = [d for d in documents if _text(d, "type") == "research"]
    scalars = [
        e.key.text
        for e in other.frontmatter.mapping.entries
        if isinstance(e.value, Scalar) and BY_NAME[e.key.text].shape is Shape.LIST
    ]
    assert len(scalars) == 1
    for document in documents:
        wanted = TYPE_ALIASES.get(_text(document, "type"), _text(document, "type"))
        assert document.facts.type == wanted
