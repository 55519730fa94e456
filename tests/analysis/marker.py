"""Projects as text with assertions in it.

Files are separated by lines `=== path` (`=== x` is `.chant/specs/x.md`; other paths lie below
`.chant`). `$0` is the cursor. A line `^^^ code` or `^^^ code: words of the message` tells that the
line above it has a diagnostic of that code exactly there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from chant_ls.analysis.check import check_document
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.syntax.text import LineIndex
from tests.analysis.project import TODAY, spec_file

_FILE = re.compile(r"^=== (\S+)\n", re.MULTILINE)
_MARK = re.compile(r" *(\^+) ([a-z-]+)(?:: (.*))?$")
_CURSOR = "$0"


class Found(NamedTuple):
    """Where a diagnostic is: zero-based line, half-open columns; of several lines, the first."""

    path: str
    line: int
    start: int
    end: int
    code: str


@dataclass(frozen=True)
class Project:
    """`path` and `offset` tell where the cursor stands, if it does."""

    snapshot: Snapshot
    expected: dict[Found, str]
    path: str = ""
    offset: int = -1


def project(text: str, **snapshot: object) -> Project:
    """The project that the text describes; keywords set fields of the snapshot."""
    result = Project(Snapshot(complete=True, today=TODAY, **snapshot), {})  # type: ignore[arg-type]
    pieces = _FILE.split(text.lstrip("\n"))
    for name, marked in zip(pieces[1::2], pieces[2::2], strict=True):
        result = _with_file(result, name, marked)
    return result


def _with_file(project: Project, name: str, marked: str) -> Project:
    lines, marks = _unmarked(marked)
    plain = "\n".join(lines)
    file = spec_file(name, plain.replace(_CURSOR, ""))
    found = {Found(file.path, *place): message for place, message in marks}
    result = replace(
        project,
        snapshot=project.snapshot.with_file(file),
        expected=project.expected | found,
    )
    at = plain.find(_CURSOR)
    return replace(result, path=file.path, offset=at) if at >= 0 else result


def _unmarked(marked: str) -> tuple[list[str], list[tuple[tuple[int, int, int, str], str]]]:
    lines: list[str] = []
    marks = []
    for line in marked.split("\n"):
        mark = _MARK.match(line)
        if mark is None:
            lines.append(line)
        else:
            place = (len(lines) - 1, *mark.span(1), mark[2])
            marks.append((place, mark[3] or ""))
    return lines, marks


def check(text: str, *codes: str, **snapshot: object) -> Project:
    """Asserts that the diagnostics are those marked, of the codes marked or named. Returns the
    project for more questions."""
    result = project(text, **snapshot)
    wanted = {found.code for found in result.expected} | set(codes)
    assert wanted, "nothing is asserted"
    actual = {at: words for at, words in _diagnostics(result.snapshot) if at.code in wanted}
    assert sorted(actual) == sorted(result.expected), actual
    for found, message in result.expected.items():
        assert message in actual[found]
    return result


def _diagnostics(snapshot: Snapshot) -> Iterator[tuple[Found, str]]:
    for path, file in snapshot.files.items():
        index = LineIndex(file.text)
        for one in check_document(snapshot, path, crashed=_fail):
            line = index.line_of(one.span.start)
            start = index.line_start(line)
            newline = file.text.find("\n", one.span.start)
            end = min(one.span.end, newline if newline >= 0 else len(file.text))
            yield Found(path, line, one.span.start - start, end - start, one.code), one.message


def _fail(code: str, error: Exception) -> None:
    raise error
