"""The lines of a Markdown body that mean something: headings, fences, boxes.

Found by one expression that skips from line to line, because every file of a project passes here
when it is indexed.
"""

import re
from dataclasses import dataclass, field

from chant_ls.model.spec import Criteria

Match = re.Match[str]

_SIGNIFICANT = re.compile(
    r"\n(?: {0,3}(?P<marks>\#{1,6})(?:[ \t]+(?P<title>[^\n]*))?(?=\n|\Z)"
    r"|[ \t]*(?:(?P<fence>`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,})"
    r"|(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[(?P<box>[ xX])\](?=[ \t\n]|\Z)))"
)
_CLOSING_MARKS = re.compile(r"(?:\A|[ \t]+)#+[ \t]*\Z")
_ITEM = re.compile(r"([ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)\S")
_CRITERIA = re.compile(r"acceptance criteria(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its whole lines, and what stands between the fences. Offsets into `flat`."""

    start: int
    info_start: int
    content_start: int
    content_end: int
    end: int


@dataclass(slots=True)
class Outline:
    """Matches of the significant lines of `flat`, each beginning at the newline before its line.

    `flat` is a newline and the body, with every line ending at one newline and all offsets kept.
    """

    flat: str
    headings: list[Match] = field(default_factory=list)
    boxes: list[Match] = field(default_factory=list)
    fences: list[Block] = field(default_factory=list)


def outline(text: str, start: int) -> Outline:
    body = text[start:]
    if "\r" in body:
        body = body.replace("\r\n", " \n").replace("\r", "\n")
    found = Outline("\n" + body)
    flat, at = found.flat, 0
    while match := _SIGNIFICANT.search(flat, at):
        at = match.end()
        if match.lastgroup == "box":
            found.boxes.append(match)
        elif match.lastgroup == "fence":
            block = _fenced(flat, match)
            if block:
                found.fences.append(block)
                at = block.end
        else:
            found.headings.append(match)
    return found


def heading_text(match: Match) -> str:
    """The words of a heading, without marks and blanks at either end."""
    title = match["title"]
    if not title:
        return ""
    if title.endswith(("#", "# ", "#\t")):
        title = _CLOSING_MARKS.sub("", title)
    return title.strip()


def title(found: Outline) -> Match | None:
    """The first heading of level one that has text."""
    for match in found.headings:
        if match["marks"] == "#" and heading_text(match):
            return match
    return None


def criteria_section(found: Outline) -> tuple[Match, int] | None:
    """The last heading that names the acceptance criteria, and where its section ends."""
    headings = found.headings
    for index in range(len(headings) - 1, -1, -1):
        heading = headings[index]
        level = len(heading["marks"])
        if level > 1 and _CRITERIA.match(heading["title"] or ""):
            below = (h.start() for h in headings[index + 1 :] if len(h["marks"]) <= level)
            return heading, next(below, len(found.flat))
    return None


def section_boxes(found: Outline) -> list[Match]:
    """The boxes of the acceptance criteria."""
    section = criteria_section(found)
    if section is None:
        return []
    start, end = section[0].start(), section[1]
    return [box for box in found.boxes if start < box.start() < end]


def count(found: Outline) -> Criteria:
    boxes = section_boxes(found)
    return Criteria(sum(box["box"] != " " for box in boxes), len(boxes))


def _fenced(flat: str, opening: Match) -> Block | None:
    """The block that the fence at `opening` begins, None where CommonMark sees indented code."""
    start, marks = opening.start() + 1, opening.end()
    fence = opening["fence"]
    container = 0
    if opening.start("fence") - start > 3 or "\t" in flat[start:marks]:
        indent = _width(flat[start : opening.start("fence")])
        container = _container(flat, start, indent)
        if indent > container + 3:
            return None
    content = flat.find("\n", marks)
    if content < 0:
        return Block(start, marks, len(flat), len(flat), len(flat))
    limit = _dedent(flat, content, container) if container else len(flat)
    closing = re.compile(rf"\n[ \t]*{fence[0]}{{{len(fence)},}}[ \t]*(?=\n|\Z)")
    close = closing.search(flat, content, limit)
    if close is None:
        return Block(start, marks, min(content + 1, limit), limit, limit)
    content_end = max(close.start() + 1, content + 1)
    return Block(start, marks, content + 1, content_end, close.end())


def _container(flat: str, line_start: int, indent: int) -> int:
    """The column where the content of the list item begins that holds a line, 0 without one."""
    least, end = indent, line_start - 1
    for _ in range(200):
        if end <= 0 or least == 0:
            return 0
        start = flat.rfind("\n", 0, end) + 1
        line, end = flat[start:end], start - 1
        if not line.strip():
            continue
        item = _ITEM.match(line)
        if item and (column := _width(item[1])) <= indent:
            return column
        least = min(least, _width(line[: len(line) - len(line.lstrip(" \t"))]))
    return 0


def _dedent(flat: str, start: int, column: int) -> int:
    """Where a line begins that is indented less than `column`: the list item ends there."""
    match = re.compile(rf"\n {{0,{column - 1}}}[^\s]").search(flat, start)
    return match.start() if match else len(flat)


def _width(blanks: str) -> int:
    return len(blanks.expandtabs(4))
