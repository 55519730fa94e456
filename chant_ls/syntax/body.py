"""The Markdown below the frontmatter: headings, criteria, fences, mentions, links, members."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from chant_ls.syntax import outline as lines
from chant_ls.syntax.nodes import Body, Criterion, Fence, Heading, Link, ListItem, Mention
from chant_ls.syntax.text import Span

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?![\w-])", re.ASCII)
_ID_CORE = r"\d{4}-\d{2}-\d{2}-[0-9a-z]{3,}-[0-9a-z]{3,}(?:\.\d+)*(?![\w-])"
_MENTION = re.compile(rf"(?<!\d){_ID_CORE}", re.ASCII)
_PROJECT = re.compile(r"[A-Za-z0-9_-]*\Z")
_LINK = re.compile(r"\]\([ \t]*<?([^()\s<>]+)")
_ITEM = re.compile(r"\n {0,3}(?:[-*+]|([0-9]{1,9})[.)])[ \t]+(?:\[[ xX]\][ \t]+)?([^\n]+)")
_SLUG = re.compile(r"`([^`\n]+)`")
_LEADING_ID = re.compile(rf"(?:[A-Za-z0-9_]+-)*?{_ID_CORE}", re.ASCII)
_DEPENDS = re.compile(r"\(\s*depends on:?\s+([^()]*)\)\s*\Z", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s,;&`]+(?:and\s+)?")
_DASH = re.compile(r"\s*(?:[-–—:]\s+)?")
_MEMBERS = "member specs"


def parse_body(text: str, start: int) -> Body:
    found = lines.outline(text, start)
    fences = tuple(_fence(found, block, start - 1) for block in found.fences)
    headings = {id(match): _heading(match, start - 1) for match in found.headings}
    title, section = lines.title(found), lines.criteria_section(found)
    boxes = {id(match): _criterion(found.flat, match, start - 1) for match in found.boxes}
    prose = _Prose(text, start, fences)
    return Body(
        start,
        headings[id(title)] if title else None,
        tuple(headings.values()),
        headings[id(section[0])] if section else None,
        tuple(boxes[id(match)] for match in lines.section_boxes(found)),
        tuple(boxes.values()),
        fences,
        tuple(prose.mentions()),
        tuple(prose.links()),
        tuple(_member_items(found, start - 1)),
        _words(text, start, fences),
    )


def _heading(match: lines.Match, base: int) -> Heading:
    text = lines.heading_text(match)
    title = match["title"] or ""
    begin = match.start("title") + len(title) - len(title.lstrip()) if title else match.end("marks")
    end = match.start() + 1 + len(match[0][1:].rstrip())
    span = Span(base + begin, base + begin + len(text))
    return Heading(len(match["marks"]), text, span, Span(base + match.start() + 1, base + end))


def _criterion(flat: str, match: lines.Match, base: int) -> Criterion:
    end = flat.find("\n", match.end())
    end = len(flat) if end < 0 else end
    raw = flat[match.end() : end]
    whole = raw.strip()
    begin = match.end() + len(raw) - len(raw.lstrip())
    check, check_start = _trailing_check(whole)
    text = whole[:check_start].rstrip() if check else whole
    date = _DATE.match(text)
    box = base + match.start("box")
    stop = begin + len(whole)
    return Criterion(
        text,
        match["box"] != " ",
        Span(base + match.start() + 1, base + max(stop, match.end())),
        Span(box, box + 1),
        Span(base + begin, base + begin + len(text)),
        check,
        Span(base + begin + check_start, base + stop) if check else None,
        date[0] if date else "",
    )


def _trailing_check(text: str) -> tuple[str, int]:
    """The command of a code span `$ …` at the end of an item, and where the span begins."""
    if not text.endswith("`"):
        return "", 0
    for match in _CODE_SPAN.finditer(text):
        code = match[2]
        if len(match[1]) > 1 and code[:1] == code[-1:] == " ":
            code = code[1:-1]
        if match.end() == len(text) and code.startswith("$ "):
            return code[2:].strip(), match.start()
    return "", 0


def _fence(found: lines.Outline, block: lines.Block, base: int) -> Fence:
    info = found.flat[block.info_start : block.content_start].split(maxsplit=1)
    return Fence(
        info[0].lower() if info else "",
        Span(base + block.start, base + block.end),
        Span(base + block.content_start, base + block.content_end),
    )


class _Prose:
    """The text of a body outside its fences."""

    __slots__ = ("_fences", "_start", "_starts", "_text")

    def __init__(self, text: str, start: int, fences: tuple[Fence, ...]) -> None:
        self._text, self._start = text, start
        self._fences = fences
        self._starts = [fence.span.start for fence in fences]

    def mentions(self) -> Iterator[Mention]:
        for match in self._matches(_MENTION):
            before = _PROJECT.search(
                self._text, max(match.start() - 100, self._start), match.start()
            )
            start = before.start() if before else match.start()
            if start == match.start() or self._text[match.start() - 1] == "-":
                yield Mention(self._text[start : match.end()], Span(start, match.end()))

    def links(self) -> Iterator[Link]:
        for match in self._matches(_LINK):
            yield Link(match[1], Span(match.start(1), match.end(1)))

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[lines.Match]:
        for match in pattern.finditer(self._text, self._start):
            nearest = bisect_right(self._starts, match.start()) - 1
            if nearest < 0 or match.start() >= self._fences[nearest].span.end:
                yield match


def _words(text: str, start: int, fences: tuple[Fence, ...]) -> int:
    return len(text[start:].split()) - sum(len(fence.span.of(text).split()) for fence in fences)


def _member_items(found: lines.Outline, base: int) -> Iterator[ListItem]:
    for index, heading in enumerate(found.headings):
        if not lines.heading_text(heading).lower().startswith(_MEMBERS):
            continue
        level = len(heading["marks"])
        below = (h.start() for h in found.headings[index + 1 :] if len(h["marks"]) <= level)
        for match in _ITEM.finditer(found.flat, heading.end(), next(below, len(found.flat))):
            if not any(f.start <= match.start() < f.end for f in found.fences):
                yield _list_item(match, base)


def _list_item(match: lines.Match, base: int) -> ListItem:
    words = match[2].rstrip()
    span = Span(base + match.start(2), base + match.start(2) + len(words))
    depends: tuple[str, ...] = ()
    if condition := _DEPENDS.search(words):
        depends = tuple(part for part in _SEPARATOR.split(condition[1]) if part)
        words = words[: condition.start()].rstrip()
    slug, id_ = "", ""
    if code := _SLUG.match(words):
        slug, words = code[1].strip(), words[code.end() :]
        if _LEADING_ID.fullmatch(slug):
            slug, id_ = "", slug
    elif leading := _LEADING_ID.match(words):
        id_, words = leading[0], words[leading.end() :]
    text = words[_dash_width(words) :].strip() if slug or id_ else words.strip()
    return ListItem(text, slug, id_, depends, span, int(match[1] or 0))


def _dash_width(words: str) -> int:
    match = _DASH.match(words)
    return match.end() if match else 0
