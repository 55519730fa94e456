"""The Markdown below the frontmatter: headings, criteria, fences, mentions, links, members."""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from chant_ls.syntax import outline as lines
from chant_ls.syntax.nodes import Body, Criterion, Fence, Heading, Link, ListItem, Mention
from chant_ls.syntax.text import Span

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?![\w-])", re.ASCII)
_TAIL = r"-\d{2}-\d{2}-[0-9a-z]{3,}-[0-9a-z]{3,}(?:\.\d+)*(?![\w-])"
_DATED_TAIL = re.compile(_TAIL, re.ASCII)
_YEAR = re.compile(r"(?<![\w-])(?:[A-Za-z0-9_]+-)*\d{4}\Z", re.ASCII)
_LINK = re.compile(r"\]\([ \t]*<?([^()\s<>]+)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|([0-9]{1,9})[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)")
_SLUG = re.compile(r"`([^`\n]+)`")
_LEADING_ID = re.compile(rf"(?:[A-Za-z0-9_]+-)*\d{{4}}{_TAIL}", re.ASCII)
_DEPENDS = re.compile(r"\(\s*depends on:?\s([^()]*)\)\s*\Z", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s,;&`]+(?:and\s+)?")
_DASH = re.compile(r"\A\s*(?:[-–—:]\s+)?")
_LONGEST_ITEM = 2_000
_MEMBERS = "member specs"


def parse_body(text: str, start: int) -> Body:
    found = lines.outline(text, start)
    fences = tuple(_fence(text, block) for block in found.fences)
    headings = {line.start: _heading(line) for line in found.headings}
    boxes = {line.start: _criterion(line) for line in found.boxes}
    title, section = lines.title(found), lines.criteria_section(found)
    prose = _Prose(text, start, fences)
    return Body(
        start,
        headings[title.start] if title else None,
        tuple(headings.values()),
        None if section is None else headings[found.headings[section].start],
        tuple(boxes[line.start] for line in lines.section_boxes(found)),
        tuple(boxes.values()),
        fences,
        tuple(prose.mentions()),
        tuple(prose.links()),
        tuple(_member_items(found, prose)),
    )


def _heading(line: lines.Line) -> Heading:
    text = lines.heading_text(line)
    title = line.match["title"] or ""
    start = line.behind("marks")
    if text:
        start = line.place("title") + len(title) - len(title.lstrip())
    whole = Span(line.start, line.start + len(line.text))
    return Heading(line.level, text, Span(start, start + len(text)), whole)


def _criterion(line: lines.Line) -> Criterion:
    whole = line.match["item"].strip()
    stop = line.start + len(line.text)
    begin = stop - len(whole)
    check, check_start = _trailing_check(whole)
    text = whole[:check_start].rstrip() if check else whole
    date = _DATE.match(text)
    return Criterion(
        text,
        line.done,
        Span(line.start, stop),
        Span(line.place("box"), line.behind("box")),
        Span(begin, begin + len(text)),
        check,
        Span(begin + check_start, stop) if check else None,
        date[0] if date else "",
    )


def _trailing_check(text: str) -> tuple[str, int]:
    """The command of a code span `$ …` at the end of an item, and where the span begins. None is
    looked for in very long items: runs of backticks without an end are costly."""
    if not text.endswith("`") or len(text) > _LONGEST_ITEM:
        return "", 0
    for match in _CODE_SPAN.finditer(text):
        code = match[2]
        if len(match[1]) > 1 and code[:1] == code[-1:] == " ":
            code = code[1:-1]
        if match.end() == len(text) and code.startswith("$ "):
            return code[2:].strip(), match.start()
    return "", 0


def _fence(text: str, block: lines.Block) -> Fence:
    info = text[block.info_start : block.content_start].split(maxsplit=1)
    return Fence(
        info[0].lower() if info else "",
        Span(block.start, block.end),
        Span(block.content_start, block.content_end),
    )


class _Prose:
    """The text of a body outside its fences."""

    __slots__ = ("_fences", "_start", "_starts", "_text")

    def __init__(self, text: str, start: int, fences: tuple[Fence, ...]) -> None:
        self._text, self._start = text, start
        self._fences = fences
        self._starts = [fence.span.start for fence in fences]

    def mentions(self) -> Iterator[Mention]:
        for match in self._matches(_DATED_TAIL):
            before = _YEAR.search(self._text, max(match.start() - 100, self._start), match.start())
            if before:
                span = Span(before.start(), match.end())
                yield Mention(span.of(self._text), span)

    def links(self) -> Iterator[Link]:
        for match in self._matches(_LINK):
            yield Link(match[1], Span(match.start(1), match.end(1)))

    def __contains__(self, offset: int) -> bool:
        nearest = bisect_right(self._starts, offset) - 1
        return nearest < 0 or offset >= self._fences[nearest].span.end

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return (m for m in pattern.finditer(self._text, self._start) if m.start() in self)


def _member_items(found: lines.Outline, prose: _Prose) -> Iterator[ListItem]:
    pairs = zip(found.headings, lines.sections(found), strict=True)
    todo = deque(section for line, section in pairs if _is_member_list(line))
    if not todo:
        return
    at, end = found.start, 0
    for line in found.flat[1:].split("\n"):
        while todo and todo[0].start < at:
            end = max(end, todo.popleft().end)
        if at < end and at in prose and (match := _ITEM.match(line)):
            yield _list_item(match, at)
        at += len(line) + 1


def _is_member_list(heading: lines.Line) -> bool:
    return lines.heading_text(heading).lower().startswith(_MEMBERS)


def _list_item(match: re.Match[str], at: int) -> ListItem:
    words = match[2].rstrip()
    span = Span(at + match.start(2), at + match.start(2) + len(words))
    depends: tuple[str, ...] = ()
    if condition := _DEPENDS.search(words):
        depends = tuple(part for part in _SEPARATOR.split(condition[1]) if part)
        words = words[: condition.start()].rstrip()
    slug = _SLUG.match(words)
    leading = _LEADING_ID.match(slug[1].strip() if slug else words)
    id_ = leading[0] if leading else ""
    if slug:
        words = words[slug.end() :]
    elif leading:
        words = words[leading.end() :]
    text = _DASH.sub("", words, count=1) if slug or leading else words
    name = slug[1].strip() if slug and not leading else ""
    return ListItem(text.strip(), name, id_, depends, span, int(match[1] or 0))
