"""What a parsed spec consists of. All spans are code point offsets into the whole text."""

from typing import NamedTuple

from chant_ls.model.spec import Facts
from chant_ls.syntax.text import Span


class Scalar(NamedTuple):
    """Text of a YAML scalar, never typed. `span` includes quotes; `quote` is "", ', ", | or >.

    A plain empty value has an empty span where the value would stand. `null` is whether it is a
    plain `~`, `null`, `Null`, `NULL` or empty.
    """

    text: str
    span: Span
    quote: str = ""

    @property
    def null(self) -> bool:
        return not self.quote and self.text in ("", "~", "null", "Null", "NULL")


class Sequence(NamedTuple):
    """A YAML list; `flow` is `[a, b]`. `span` covers first to last item, brackets included."""

    items: tuple["Node", ...]
    span: Span
    flow: bool = False


class Entry(NamedTuple):
    """One `key: value` of a mapping. `lines` covers its whole lines, final newline included."""

    key: Scalar
    value: "Node"
    lines: Span


class Mapping(NamedTuple):
    entries: tuple[Entry, ...]
    span: Span
    flow: bool = False

    def get(self, name: str) -> Entry | None:
        """The first entry with that key."""
        return next((e for e in self.entries if e.key.text == name), None)


Node = Scalar | Sequence | Mapping


class Frontmatter(NamedTuple):
    """The block between the `---` lines. `inner` is what stands between them.

    `mapping` is what could be read: of broken YAML the entries before and after the broken lines.
    `closed` is whether the second fence exists; `broken` whether the YAML could not be composed.
    """

    span: Span
    inner: Span
    mapping: Mapping
    closed: bool = True
    broken: bool = False


class Heading(NamedTuple):
    """`text` is stripped of marks and blanks; `span` covers the text, `line` the whole line."""

    level: int
    text: str
    span: Span
    line: Span


class Criterion(NamedTuple):
    """A list item with a box. `box` covers the one character between the brackets.

    `check` is the command of a trailing code span that starts with `$ ` (contract 3), else "".
    `text` is the item without box, and without that code span. `date` is the ISO date it starts
    with, else "".
    """

    text: str
    done: bool
    line: Span
    box: Span
    text_span: Span
    check: str = ""
    check_span: Span | None = None
    date: str = ""


class Fence(NamedTuple):
    """A fenced code block; `info` is the first word behind the fence, lower case."""

    info: str
    span: Span
    content: Span


class Mention(NamedTuple):
    """A full dated id (`2026-01-29-010-abc`, member suffix included) in prose, outside fences."""

    text: str
    span: Span


class Link(NamedTuple):
    """A Markdown link or image target outside fences."""

    target: str
    span: Span


class ListItem(NamedTuple):
    """A list item below a `Member Specs` heading (contract 3, Groups).

    `slug` is the text of a leading code span, `id` a leading dated id, either "" when absent;
    `depends` the ids or short ids of a trailing `(depends on …)`; `text` the words.
    """

    text: str
    slug: str
    id: str
    depends: tuple[str, ...]
    span: Span
    number: int = 0


class Body(NamedTuple):
    """`start` is the offset where the body begins; `criteria_heading` the section that counts.

    `criteria` are the items of that section; `boxes` every item with a box in the body (dated
    items and boxes under other headings are among them).
    """

    start: int
    title: Heading | None = None
    headings: tuple[Heading, ...] = ()
    criteria_heading: Heading | None = None
    criteria: tuple[Criterion, ...] = ()
    boxes: tuple[Criterion, ...] = ()
    fences: tuple[Fence, ...] = ()
    mentions: tuple[Mention, ...] = ()
    links: tuple[Link, ...] = ()
    member_items: tuple[ListItem, ...] = ()


class Problem(NamedTuple):
    """What is wrong with the text itself; becomes the diagnostic of that `code` (contract 5)."""

    code: str
    span: Span
    message: str


class Document(NamedTuple):
    """A spec's text, understood as far as it can be. `frontmatter` is None where there is none."""

    text: str
    frontmatter: Frontmatter | None
    body: Body
    facts: Facts
    problems: tuple[Problem, ...] = ()

    @property
    def trustworthy(self) -> bool:
        """Whether the facts may replace earlier ones: not so while the YAML is broken."""
        front = self.frontmatter
        return (front is None or (front.closed and not front.broken)) and not any(
            p.code == "conflict-markers" for p in self.problems
        )

    @property
    def words(self) -> int:
        """How many white-space separated pieces the body has outside fences. Counted when asked."""
        fenced = sum(len(fence.span.of(self.text).split()) for fence in self.body.fences)
        return len(self.text[self.body.start :].split()) - fenced

    def entry(self, name: str) -> Entry | None:
        return self.frontmatter.mapping.get(name) if self.frontmatter else None
