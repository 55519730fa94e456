"""The lines of a Markdown body that mean something: headings, fences, boxes.

Nothing but what facts need, because every file of a project passes here when it is indexed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from chant_ls.model.spec import Criteria

_STARTS = frozenset(" \t#`~-*+0123456789")
_SIGNIFICANT = re.compile(
    r" {0,3}(?P<marks>\#{1,6})(?:[ \t]+(?P<title>.*))?\Z"
    r"|[ \t]*(?:(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})"
    r"|(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[(?P<box>[ xX])\](?=[ \t]|\Z))",
    re.DOTALL,
)
_CLOSING_MARKS = re.compile(r"(?:\A|[ \t]+)#+[ \t]*\Z")
_ITEM = re.compile(r"([ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)\S")
_CRITERIA = re.compile(r"acceptance criteria(?!\w)", re.IGNORECASE)
_LOOK_BACK = 200


class Line(NamedTuple):
    """A significant line and the offset where it begins; places in `match` count from there."""

    start: int
    match: re.Match[str]

    @property
    def level(self) -> int:
        return len(self.match["marks"])

    @property
    def done(self) -> bool:
        return self.match["box"] != " "


class Block(NamedTuple):
    """A fenced block: its whole lines, where the info string begins, what stands between."""

    start: int
    info_start: int
    content_start: int
    content_end: int
    end: int


@dataclass(slots=True)
class Outline:
    """`lines` are those of the body without line ends; every line end counts as one character,
    so that a line that ended with two has a blank more."""

    lines: list[str]
    start: int
    headings: list[Line] = field(default_factory=list)
    boxes: list[Line] = field(default_factory=list)
    fences: list[Block] = field(default_factory=list)


def outline(text: str, start: int) -> Outline:
    found = Outline(split_lines(text[start:]), start)
    lines, at, index = found.lines, start, 0
    while index < len(lines):
        line = lines[index]
        if line[:1] in _STARTS and (match := _SIGNIFICANT.match(line)):
            kind = match.lastgroup
            if kind == "box":
                found.boxes.append(Line(at, match))
            elif kind != "fence":
                found.headings.append(Line(at, match))
            elif (container := _container(lines, index, match)) is not None:
                index, at = _fenced(found, index, at, container)
                continue
        at += len(line) + 1
        index += 1
    return found


def split_lines(body: str) -> list[str]:
    """The lines without their ends, offsets kept: see `Outline`."""
    if "\r" in body:
        body = body.replace("\r\n", " \n").replace("\r", "\n")
    return body.split("\n")


def heading_text(heading: Line) -> str:
    """The words of a heading, without marks and blanks at either end."""
    title = heading.match["title"] or ""
    if title.endswith(("#", "# ", "#\t")):
        title = _CLOSING_MARKS.sub("", title)
    return title.strip()


def title(found: Outline) -> Line | None:
    """The first heading of level one that has text."""
    ones = (heading for heading in found.headings if heading.level == 1)
    return next((heading for heading in ones if heading_text(heading)), None)


def section_end(found: Outline, index: int) -> int:
    """Where the section of that heading ends: at the next one of the same or a higher level."""
    level = found.headings[index].level
    end = found.start + sum(map(len, found.lines)) + len(found.lines)
    return next((h.start for h in found.headings[index + 1 :] if h.level <= level), end)


def criteria_section(found: Outline) -> int | None:
    """Index of the last heading that names the acceptance criteria."""
    for index in range(len(found.headings) - 1, -1, -1):
        heading = found.headings[index]
        if heading.level > 1 and _CRITERIA.match(heading.match["title"] or ""):
            return index
    return None


def section_boxes(found: Outline) -> Iterable[Line]:
    """The boxes of the acceptance criteria."""
    index = criteria_section(found)
    if index is None:
        return ()
    start, end = found.headings[index].start, section_end(found, index)
    return [box for box in found.boxes if start < box.start < end]


def count(found: Outline) -> Criteria:
    done = [box.done for box in section_boxes(found)]
    return Criteria(sum(done), len(done))


def _fenced(found: Outline, index: int, at: int, container: int) -> tuple[int, int]:
    """Adds the block whose fence opens at line `index`; returns the line behind it, its offset."""
    lines, start = found.lines, at
    fence, info = _opening(lines[index])
    at = content = at + len(lines[index]) + 1
    for number in range(index + 1, len(lines)):
        line = lines[number]
        if fence in line and _closes(line, fence):
            end = at + len(line)
            found.fences.append(Block(start, start + info, content, at, end))
            return number + 1, end + 1
        if container and line.strip() and _indent(line) < container:
            found.fences.append(Block(start, start + info, content, at, at))
            return number, at
        at += len(line) + 1
    end = at - 1
    found.fences.append(Block(start, start + info, min(content, end), end, end))
    return len(lines), at


def _opening(line: str) -> tuple[str, int]:
    """The fence itself, and the column behind it."""
    stripped = line.lstrip(" \t")
    fence = stripped[: len(stripped) - len(stripped.lstrip(stripped[0]))]
    return fence, len(line) - len(stripped) + len(fence)


def _closes(line: str, fence: str) -> bool:
    marks = line.strip(" \t")
    return marks.startswith(fence) and not marks.strip(fence[0])


def _container(lines: list[str], index: int, match: re.Match[str]) -> int | None:
    """The column of the list item's content that holds a fence, 0 outside lists; None where
    CommonMark sees indented code instead of a fence."""
    indent = _indent(lines[index])
    if indent <= 3 and match.start("fence") == indent:
        return 0
    least = indent
    for number in range(index - 1, max(index - _LOOK_BACK, 0) - 1, -1):
        line = lines[number]
        if least == 0:
            break
        if not line.strip():
            continue
        item = _ITEM.match(line)
        if item and (column := len(item[1].expandtabs(4))) <= indent:
            return column if indent <= column + 3 else None
        least = min(least, _indent(line))
    return 0 if indent <= 3 else None


def _indent(line: str) -> int:
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))
