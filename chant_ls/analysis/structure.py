"""The shape of a document: what folds, what grows when a selection grows, what has a colour."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from chant_ls.analysis.occurrences import occurrences, spec_of
from chant_ls.analysis.place import place_at, scalar_values
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.model.spec import Status
from chant_ls.syntax.nodes import Body, Document, Entry, Heading, Mapping
from chant_ls.syntax.sections import section_ends
from chant_ls.syntax.text import Span, line_end, line_start


class FoldKind(StrEnum):
    FRONTMATTER = "frontmatter"
    FIELD = "field"
    SECTION = "section"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Fold:
    """From the end of the line that stays to the end of the last line that goes."""

    span: Span
    kind: FoldKind


class TokenKind(StrEnum):
    SPEC = "spec"
    UNKNOWN = "unknown"
    STATUS = "status"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Token:
    """A coloured span within one line; `state` is the status told or that of the spec named."""

    span: Span
    kind: TokenKind
    state: str = ""


def folds(document: Document) -> tuple[Fold, ...]:
    """Frontmatter, fields of several lines, sections, fenced blocks; each of two lines or more."""
    spans = chain(_front_folds(document), _section_folds(document), _code_folds(document))
    text = document.text
    found = (Fold(Span(line_end(text, s.start), _last_line(text, s)), kind) for s, kind in spans)
    return tuple(sorted((f for f in found if f.span.start < f.span.end), key=lambda f: f.span))


def _last_line(text: str, span: Span) -> int:
    """The end of the last line of the span that is not blank."""
    return span.start + len(span.of(text).rstrip())


def _front_folds(document: Document) -> Iterator[tuple[Span, FoldKind]]:
    front = document.frontmatter
    if front is None:
        return
    yield Span(front.span.start, line_end(document.text, front.span.end)), FoldKind.FRONTMATTER
    for entry in front.mapping.entries:
        yield Span(entry.key.span.start, entry.lines.end), FoldKind.FIELD


def _section_folds(document: Document) -> Iterator[tuple[Span, FoldKind]]:
    for span in section_spans(document):
        yield span, FoldKind.SECTION


def _code_folds(document: Document) -> Iterator[tuple[Span, FoldKind]]:
    for fence in document.body.fences:
        yield fence.span, FoldKind.CODE


def section_spans(document: Document) -> list[Span]:
    """Every heading with all below it, as `section_span` tells it of one."""
    headings = [(heading.level, heading.line.start) for heading in document.body.headings]
    ends = section_ends(headings, len(document.text))
    return [Span(start, end) for (_, start), end in zip(headings, ends, strict=True)]


def section_span(document: Document, heading: Heading) -> Span:
    """A heading with all below it, up to the next of its level or higher."""
    later = (
        other.line.start
        for other in document.body.headings
        if other.line.start > heading.line.start and other.level <= heading.level
    )
    return Span(heading.line.start, next(later, len(document.text)))


def selections(document: Document, offset: int) -> tuple[Span, ...]:
    """Ever larger spans around an offset: value, entry, frontmatter; item, section, all."""
    text = document.text
    around = [
        place_at(document, offset).span,
        Span(line_start(text, offset), line_end(text, offset)),
    ]
    front = document.frontmatter
    if front is not None and offset in front.span:
        around += [*_entries(front.mapping, offset), front.inner, front.span]
    else:
        around += _body_spans(document, document.body, offset)
    around.append(Span(0, len(text)))
    return _growing(around, offset)


def _entries(mapping: Mapping, offset: int) -> Iterator[Span]:
    for entry in mapping.entries:
        if offset in entry.lines:
            if isinstance(entry.value, Mapping):
                yield from _entries(entry.value, offset)
            yield entry.value.span
            yield _without_newline(entry)


def _without_newline(entry: Entry) -> Span:
    return Span(entry.key.span.start, max(entry.value.span.end, entry.key.span.end))


def _body_spans(document: Document, body: Body, offset: int) -> Iterator[Span]:
    for box in body.boxes:
        if offset in box.line:
            yield box.text_span
            yield box.line
    for fence in body.fences:
        if offset in fence.span:
            yield fence.content
            yield fence.span
    for span in section_spans(document):
        if offset in span:
            yield span
    yield Span(body.start, len(document.text))


def _growing(spans: list[Span], offset: int) -> tuple[Span, ...]:
    """Those around the offset of which each holds the one before."""
    grown: list[Span] = []
    for span in sorted(spans, key=lambda s: s.end - s.start):
        inner = grown[-1] if grown else Span(offset, offset)
        if span != inner and span.start <= inner.start and inner.end <= span.end:
            grown.append(span)
    return tuple(grown)


def tokens(snapshot: Snapshot, path: str) -> tuple[Token, ...]:
    """Ids by the status of what they name, stored statuses, checks; in order, none overlapping."""
    file = snapshot.files.get(path)
    if file is None:
        return ()
    document = file.document
    found = [*_ids(snapshot, file), *_statuses(document), *_checks(document)]
    found = [t for t in found if t.span.start < t.span.end and _one_line(document.text, t.span)]
    return tuple(_apart(sorted(found, key=lambda t: t.span)))


def _one_line(text: str, span: Span) -> bool:
    return not {"\n", "\r"} & set(span.of(text))


def _apart(found: list[Token]) -> Iterator[Token]:
    end = 0
    for token in found:
        if token.span.start >= end:
            end = token.span.end
            yield token


def _ids(snapshot: Snapshot, file: SpecFile) -> Iterator[Token]:
    for one in occurrences(file):
        if (id := spec_of(snapshot, one)) is not None:
            yield Token(one.span, TokenKind.SPEC, effective_status(snapshot, id).value)
        elif _only_specs(one.key) and snapshot.complete:
            yield Token(one.span, TokenKind.UNKNOWN)


def _only_specs(key: str) -> bool:
    return key in ("depends_on", "members")


def _statuses(document: Document) -> Iterator[Token]:
    front = document.frontmatter
    for value in scalar_values(front.mapping, document.text) if front else ():
        if value.key == "status" and not value.parent and value.text in set(Status):
            yield Token(value.span, TokenKind.STATUS, value.text)


def _checks(document: Document) -> Iterator[Token]:
    for box in document.body.boxes:
        if box.check_span is not None:
            yield Token(box.check_span, TokenKind.CHECK)
