"""The lines of a Markdown body that mean something: headings, fences, boxes.

Nothing but what facts need, because every file of a project passes here when it is indexed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from chant_ls.model.spec import Criteria
from chant_ls.syntax.sections import section_ends
from chant_ls.syntax.text import Span

_FENCE = r"`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,}"
_HEADING = r" {0,3}(?P<marks>\#{1,6})(?:[ \t]+(?P<title>[^\n]*))?(?=\n|\Z)"
_BULLET = r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+"
_BOX = r"\[(?P<box>[ xX])\](?=[ \t\n]|\Z)"
_SIGNIFICANT = re.compile(
    rf"\n(?=[ \t#`~*+\-0-9])(?:{_HEADING}|[ \t]*(?:(?P<fence>{_FENCE})|{_BULLET}"
    rf"(?:{_BOX}(?P<item>[^\n]*)|(?P<inner>{_FENCE}))))"
)
_HEADINGS = re.compile(rf"\n{_HEADING}")
_BOXES = re.compile(rf"\n[ \t]*{_BULLET}{_BOX}")
_FENCES = re.compile(rf"\n[ \t]*(?:(?P<fence>{_FENCE})|{_BULLET}(?P<inner>{_FENCE}))")
_ITEM = re.compile(r"([ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)\S")
_CRITERIA = re.compile(r"acceptance criteria(?!\w)", re.IGNORECASE)
_LOOK_BACK = 200


_Seen = dict[int, tuple[int, int | None]]
"""By indentation: where the last fence of it stood, and the `_container` of that."""


class Line(NamedTuple):
    """A significant line and the offset where it begins."""

    start: int
    match: re.Match[str]

    @property
    def text(self) -> str:
        return self.match[0][1:].rstrip()

    @property
    def level(self) -> int:
        return len(self.match["marks"])

    @property
    def done(self) -> bool:
        return self.match["box"] != " "

    def place(self, group: str) -> int:
        """The offset where a group of the match begins."""
        return self.start + self.match.start(group) - self.match.start() - 1

    def behind(self, group: str) -> int:
        return self.start + self.match.end(group) - self.match.start() - 1


class Block(NamedTuple):
    """A fenced block: its whole lines, where the info string begins, what stands between."""

    start: int
    info_start: int
    content_start: int
    content_end: int
    end: int


@dataclass(slots=True)
class Outline:
    """`flat` is a newline and the body, every line ending with one newline, no offset shifted: a
    line that ended with two characters has a blank more. `start` is where the body begins."""

    flat: str
    start: int
    headings: list[Line] = field(default_factory=list)
    boxes: list[Line] = field(default_factory=list)
    fences: list[Block] = field(default_factory=list)


def outline(text: str, start: int) -> Outline:
    found = Outline(_flat(text, start), start)
    search, flat, at, seen = _SIGNIFICANT.search, found.flat, 0, _Seen()
    while match := search(flat, at):
        at = match.end()
        kind = match.lastgroup
        if kind == "item":
            found.boxes.append(Line(start + match.start(), match))
        elif kind == "title" or kind == "marks":
            found.headings.append(Line(start + match.start(), match))
        elif (container := _container(match, seen)) is not None:
            at = _fenced(found, match, container)
    return found


def _flat(text: str, start: int) -> str:
    behind_newline = start > 0 and text[start - 1] == "\n"
    flat = text[start - 1 :] if behind_newline else "\n" + text[start:]
    return flat.replace("\r\n", " \n").replace("\r", "\n") if "\r" in flat else flat


def brief(text: str, start: int) -> tuple[str, Criteria]:
    """What an outline is mostly made for, at a third of its price: title and criteria."""
    flat = _without_fences(_flat(text, start))
    name, section, end = "", None, None
    for match in _HEADINGS.finditer(flat):
        marks, title = match.groups("")
        if len(marks) == 1:
            name = name or _words(title)
        elif _CRITERIA.match(title):
            section, end = match, None
            continue
        if section and end is None and len(marks) <= len(section["marks"]):
            end = match.start()
    if section is None:
        return name, Criteria()
    boxes = _BOXES.findall(flat, section.end(), len(flat) if end is None else end)
    return name, Criteria(len(boxes) - boxes.count(" "), len(boxes))


def _without_fences(flat: str) -> str:
    if "```" not in flat and "~~~" not in flat:
        return flat
    parts, begin, at, seen = [], 0, 0, _Seen()
    while match := _FENCES.search(flat, at):
        at = match.end()
        if (container := _container(match, seen)) is not None:
            parts.append(flat[begin : match.start()])
            begin = at = _block(match, container)[-1]
    return "".join((*parts, flat[begin:]))


def heading_text(heading: Line) -> str:
    """The words of a heading, without marks and blanks at either end."""
    return _words(heading.match["title"] or "")


def _words(title: str) -> str:
    """Without the marks that close a heading: those at its end, behind a blank or all alone."""
    marked = title.rstrip(" \t")
    words = marked.rstrip("#")
    return (words if not words or words[-1] in " \t" else marked).strip()


def title(found: Outline) -> Line | None:
    """The first heading of level one that has text."""
    ones = (heading for heading in found.headings if heading.level == 1)
    return next((heading for heading in ones if heading_text(heading)), None)


def sections(found: Outline) -> list[Span]:
    """The section of each heading, in their order."""
    headings = [(line.level, line.start) for line in found.headings]
    ends = section_ends(headings, found.start + len(found.flat))
    return [Span(start, end) for (_, start), end in zip(headings, ends, strict=True)]


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
    section = sections(found)[index]
    return [box for box in found.boxes if section.start < box.start < section.end]


def count(found: Outline) -> Criteria:
    done = [box.done for box in section_boxes(found)]
    return Criteria(sum(done), len(done))


def _fenced(found: Outline, opening: re.Match[str], container: int) -> int:
    """Adds the block that a fence opens; returns where in `flat` to go on."""
    block = _block(opening, container)
    found.fences.append(Block(*(found.start - 1 + place for place in block)))
    return block[-1]


def _block(opening: re.Match[str], container: int) -> tuple[int, int, int, int, int]:
    """The places of a `Block`, in the flat text."""
    flat, fence = opening.string, opening["fence"] or opening["inner"]
    begin = flat.find("\n", opening.end())
    begin = len(flat) if begin < 0 else begin
    last = _last(fence[0], len(fence), container).search(flat, begin)
    closed = last is not None and last["closing"] is not None
    limit = last.start() if last and not closed else len(flat)
    content = min(begin + 1, limit)
    content_end = max(last.start() + 1, content) if last and closed else limit
    end = last.end() if last and closed else limit
    return opening.start() + 1, opening.end(), content, content_end, end


@lru_cache(maxsize=64)
def _last(mark: str, length: int, column: int) -> re.Pattern[str]:
    """The line that ends a block: one indented less than `column`, where its list item ends, or the
    `closing` fence."""
    dedent = rf"(?= {{0,{column - 1}}}[^\s])|" if column else ""
    return re.compile(rf"\n(?:{dedent}(?P<closing>[ \t]*{mark}{{{length},}}[ \t]*(?=\n|\Z)))")


def _container(fence: re.Match[str], seen: _Seen) -> int | None:
    """The column of the list item's content that holds a fence, 0 outside lists; None where
    CommonMark sees indented code instead of a fence."""
    flat, end = fence.string, fence.start()
    if fence["inner"]:
        return _width(flat[end + 1 : fence.start("inner")])
    indent = _width(flat[end + 1 : fence.start("fence")])
    if indent == 0:
        return 0
    outside = 0 if indent <= 3 else None
    found = _item_above(flat, end, indent, outside, seen.get(indent, (0, outside)))
    seen[indent] = end, found
    return found


def _item_above(
    flat: str, end: int, indent: int, outside: int | None, known: tuple[int, int | None]
) -> int | None:
    least = indent
    for _ in range(_LOOK_BACK):
        if end <= known[0]:
            return known[1]
        if least == 0:
            break
        start = flat.rfind("\n", 0, end) + 1
        line, end = flat[start:end], start - 1
        if not line.strip():
            continue
        item = _ITEM.match(line)
        if item and (column := _width(item[1])) <= indent:
            return column if indent <= column + 3 else None
        least = min(least, _width(line[: len(line) - len(line.lstrip(" \t"))]))
    return outside


def _width(blanks: str) -> int:
    return len(blanks.expandtabs(4))
