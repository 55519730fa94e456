"""A hub that 5,000 specs depend on, a chain of 10,000, a driver of 1,000 members, a spec of 1 MB:
every question is answered, and four times as much costs at most four times as many calls."""

from collections.abc import Callable
from functools import cache

import pytest

from chant_ls.analysis import hints, lenses, navigation, search, structure, symbols
from chant_ls.analysis.actions import actions
from chant_ls.analysis.actions.fixes import fix_all
from chant_ls.analysis.affected import affected
from chant_ls.analysis.chains import chain
from chant_ls.analysis.check import check_document
from chant_ls.analysis.completion import complete
from chant_ls.analysis.dag import dag
from chant_ls.analysis.hover import hover
from chant_ls.analysis.readiness import effective_status, readiness
from chant_ls.analysis.renaming import rename
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.summary import listed, rows, spec_json
from chant_ls.model.spec import SpecId
from chant_ls.syntax.text import Span
from tests.analysis.project import TODAY, spec_file
from tests.counting import calls

TEXT = "---\n{}---\n# Title\n\n## Acceptance Criteria\n\n- [ ] a\n"
LARGEST = {"hub": 5_000, "chain": 10_000, "driver": 1_000}
COUNTED = {"hub": 1_000, "chain": 2_000, "driver": 1_000}
NOW = "2026-02-01T00:00:00Z"


def _id(shape: str, number: int) -> SpecId:
    if shape == "driver":
        return SpecId(f"d.{number}" if number else "d")
    return SpecId(
        f"2026-{number // 2800 + 1:02}-{number // 100 % 28 + 1:02}-{number % 100:03}-a{number:05}"
    )


def _front(shape: str, number: int) -> str:
    if shape == "driver":
        return "" if number else "type: driver\ndepends_on: [zz]\n"
    if not number:
        return ""
    return f"depends_on: [{_id(shape, 0 if shape == 'hub' else number - 1)}]\n"


@cache
def _project(shape: str, size: int) -> Snapshot:
    """The spec 0 is the hub, the first of the chain or the driver."""
    files = [spec_file(_id(shape, n), TEXT.format(_front(shape, n))) for n in range(size + 1)]
    project = Snapshot(complete=True, today=TODAY).with_files([*files, spec_file("zz", "# z\n")])
    project.graph.prepare()
    search.prepare(project.graph)
    return project


def _crashed(where: str, error: BaseException) -> None:
    raise AssertionError(where) from error


def _path(id: SpecId) -> str:
    return f".chant/specs/{id}.md"


def _at(project: Snapshot, id: SpecId, what: str) -> int:
    return project.files[_path(id)].text.index(what) + 2


def _key(project: Snapshot, id: SpecId, front: str) -> None:
    """A key in the frontmatter, to the diagnostics of as many files as somebody has open."""
    after = project.with_file(spec_file(id, TEXT.format(front)))
    for path in sorted(affected(project, after, _path(id)))[:20]:
        check_document(after, path, _crashed)


Question = Callable[[Snapshot, SpecId], object]
QUESTIONS: dict[str, Question] = {
    "status": effective_status,
    "readiness": readiness,
    "chain": chain,
    "json": spec_json,
    "hover": lambda s, id: hover(s, _path(id), _at(s, id, "# T"), NOW),
    "complete": lambda s, id: complete(s, _path(id), _at(s, id, "---\n# T") - 2),
    "check": lambda s, id: check_document(s, _path(id), _crashed),
    "references": lambda s, id: navigation.references(s, _path(id), _at(s, id, "# T"), True),
    "incoming": lambda s, id: navigation.incoming(s, id),
    "outgoing": lambda s, id: navigation.outgoing(s, id),
    "lenses": lambda s, id: lenses.lenses(s, _path(id)),
    "hints": lambda s, id: hints.hints(s, _path(id)),
    "tokens": lambda s, id: structure.tokens(s, _path(id)),
    "actions": lambda s, id: actions(s, _path(id), Span(0, 200), crashed=_crashed),
    "rename": lambda s, id: rename(s, _path(id), _at(s, id, "# T"), "brand-new"),
    "key": lambda s, id: _key(s, id, "labels: [x]\n"),
    "dependency": lambda s, id: _key(s, id, f"depends_on: [{max(s.graph.ids)}]\n"),
}
OF_ALL: dict[str, Question] = {
    "dag": lambda s, id: dag(s),
    "list": lambda s, id: list(rows(s, listed(s))),
    "status of all": lambda s, id: [effective_status(s, one) for one in s.graph.ids],
    "prepare": lambda s, id: s.without([]).graph.replaced(s.files.values(), ()).replaced(
        (), s.files.values()
    ).prepare(),
}  # fmt: skip


def _ask(shape: str, size: int, number: int, ask: Question) -> Callable[[], object]:
    fresh = _project(shape, size).with_paths({})
    fresh.memo.clear()
    return lambda: ask(fresh, _id(shape, number))


PLACES = (0, 0.5, 1)


@pytest.mark.parametrize("shape", LARGEST)
@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_question_about_a_spec_costs_no_more_than_the_project_grows(
    shape: str, asked: str
) -> None:
    size = COUNTED[shape]
    for part in PLACES:
        few, many = (
            calls(_ask(shape, n, int(part * n), QUESTIONS[asked])).total()
            for n in (size // 4, size)
        )
        assert many < 4.5 * few + 2_000, part


@pytest.mark.parametrize("shape", LARGEST)
@pytest.mark.parametrize("asked", OF_ALL)
def test_a_question_about_all_costs_so_much_for_each(shape: str, asked: str) -> None:
    size = COUNTED[shape]
    few, many = (calls(_ask(shape, n, 0, OF_ALL[asked])).total() for n in (size // 4, size))
    assert many < 4.5 * few


@pytest.mark.parametrize("shape", LARGEST)
def test_every_question_is_answered_at_full_size(shape: str) -> None:
    for ask in {**QUESTIONS, **OF_ALL}.values():
        for part in PLACES if ask in QUESTIONS.values() else (0,):
            _ask(shape, LARGEST[shape], int(part * LARGEST[shape]), ask)()


# one large document

A, B = "2026-01-29-010-abc", "2026-01-29-011-def"
PART = f"""
## Section

Words about {B}, `code` and [a file](docs/a.md).

- [ ] a box `$ make`
- item

  ```
  code
  ```

### Member Specs

- `slug` - words (depends on {B})
"""


@cache
def _document(size: int) -> Snapshot:
    labels = ", ".join(f"label-{n}" for n in range(size // 100))
    head = f"---\ndepends_on: [{B}, zz]\nlabels: [{labels}]\nstatus: ready\n---\n# A\n"
    text = head + PART * (size // len(PART))
    return Snapshot(complete=True, today=TODAY).with_files(
        [spec_file(A, text), spec_file(B, "# B\n")]
    )


PLACE = ".chant/specs/" + A + ".md"
OF_DOCUMENT: dict[str, Callable[[Snapshot, int], object]] = {
    "parse": lambda s, at: s.with_file(spec_file(A, s.files[PLACE].text + "x")),
    "check": lambda s, at: check_document(s, PLACE, _crashed),
    "hover": lambda s, at: hover(s, PLACE, at, NOW),
    "complete": lambda s, at: complete(s, PLACE, at),
    "definition": lambda s, at: navigation.definition(s, PLACE, at),
    "references": lambda s, at: navigation.references(s, PLACE, at, True),
    "links": lambda s, at: navigation.links(s, PLACE),
    "tokens": lambda s, at: structure.tokens(s, PLACE),
    "folds": lambda s, at: structure.folds(s.files[PLACE].document),
    "selections": lambda s, at: structure.selections(s.files[PLACE].document, at),
    "symbols": lambda s, at: symbols.document_symbols(s.files[PLACE].document),
    "hints": lambda s, at: hints.hints(s, PLACE),
    "actions": lambda s, at: actions(s, PLACE, Span(at, at), crashed=_crashed),
    "all selected": lambda s, at: actions(
        s, PLACE, Span(0, len(s.files[PLACE].text)), crashed=_crashed
    ),
    "fix all": lambda s, at: fix_all(s, PLACE),
    "rename": lambda s, at: rename(s, PLACE, at, "brand-new"),
}


def _asked(asked: str, size: int) -> Callable[[], object]:
    fresh = _document(size).with_paths({})
    middle = fresh.files[PLACE].text.index(B, size // 2) + 2
    return lambda: OF_DOCUMENT[asked](fresh, middle)


@pytest.mark.parametrize("asked", OF_DOCUMENT)
def test_a_question_about_a_document_costs_so_much_for_each_character(asked: str) -> None:
    few, many = (calls(_asked(asked, size)).total() for size in (40_000, 160_000))
    assert many < 4.5 * few + 200


def test_a_spec_of_a_megabyte_is_answered() -> None:
    for asked in OF_DOCUMENT:
        _asked(asked, 1_000_000)()
