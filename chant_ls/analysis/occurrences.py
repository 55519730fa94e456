"""Where a document names specs, and which ones: one reading for every feature."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from chant_ls.analysis.paths import link_path
from chant_ls.analysis.place import Form, Mention, Place, Value, scalar_values
from chant_ls.analysis.snapshot import PathKind, Snapshot, SpecFile
from chant_ls.model.fields import BY_NAME, Holds
from chant_ls.model.paths import path_key
from chant_ls.model.spec import SpecId, looks_dated
from chant_ls.syntax.nodes import Document, ListItem
from chant_ls.syntax.text import Span

SPEC_HOLDS = frozenset({Holds.SPEC, Holds.SPEC_OR_PATH})
_PATH_MARKS = frozenset("/\\*?[#")
_CODE = re.compile(r"(?<!`)`([^`\s]+)`(?!`)")


class In(StrEnum):
    """What text names a spec in: a field or prose by an id or a part of it, a code span by the
    whole id, a link by the file."""

    FIELD = "field"
    PROSE = "prose"
    CODE = "code"
    LINK = "link"


class Occurrence(NamedTuple):
    """Text of the file `source` that names a spec. `key` is the field it stands in, "" in the
    body; `flow`: between brackets."""

    text: str
    span: Span
    source: str
    where: In
    key: str = ""
    flow: bool = False


def occurrences(file: SpecFile) -> Iterator[Occurrence]:
    """All texts that could name a spec: those of the frontmatter, then those of the body."""
    return chain(_in_fields(file), in_body(file))


def _in_fields(file: SpecFile) -> Iterator[Occurrence]:
    front = file.document.frontmatter
    for value in scalar_values(front.mapping, file.text) if front else ():
        if value.field is not None and value.field.holds in SPEC_HOLDS and value.text:
            flow = value.form is Form.FLOW or bool(front and front.mapping.flow)
            yield Occurrence(value.text, value.span, file.path, In.FIELD, value.key, flow)


def in_body(file: SpecFile) -> Iterator[Occurrence]:
    """In the order of the text; each place once."""
    body = file.document.body
    found = {m.span: Occurrence(m.text, m.span, file.path, In.PROSE) for m in body.mentions}
    for link in body.links:
        found.setdefault(link.span, Occurrence(link.target, link.span, file.path, In.LINK))
    for item in body.member_items:
        for text, span in _depends(file.text, item):
            found.setdefault(span, Occurrence(text, span, file.path, In.PROSE))
    for text, span in _code_spans(file.document):
        found.setdefault(span, Occurrence(text, span, file.path, In.CODE))
    return (found[span] for span in sorted(found))


def _depends(text: str, item: ListItem) -> Iterator[tuple[str, Span]]:
    at = text.rfind("(", item.span.start, item.span.end)
    for one in item.depends:
        start = text.find(one, at)
        at = start + len(one)
        yield one, Span(start, at)


def _code_spans(document: Document) -> Iterator[tuple[str, Span]]:
    fences = [fence.span for fence in document.body.fences]
    for match in _CODE.finditer(document.text, document.body.start):
        nearest = bisect_right(fences, Span(match.start(), match.start())) - 1
        if nearest < 0 or fences[nearest].end <= match.start():
            yield match[1], Span(*match.span(1))


def meant(snapshot: Snapshot, text: str, paths: bool = False) -> SpecId | None:
    """The spec that a reference means; with `paths`, the text may also be a path, perhaps that of
    a spec's own file."""
    if paths and is_path(snapshot, text):
        file = snapshot.files.get(path_key(text))
        return file.facts.id if file else None
    return snapshot.graph.target(text)


def is_path(snapshot: Snapshot, text: str) -> bool:
    """Whether an entry that may be an id or a path is a path."""
    if text in snapshot.graph:
        return False
    if not _PATH_MARKS.isdisjoint(text):
        return True
    fact = snapshot.path_fact(text)
    known = fact is not None and fact.kind in (PathKind.FILE, PathKind.FOLDER)
    return known or (text.endswith(".md") and not looks_dated(text))


def is_no_path(snapshot: Snapshot, text: str) -> bool:
    """Whether it was looked up, and no file of that name is there."""
    fact = snapshot.path_fact(text)
    return fact is not None and fact.kind is PathKind.NOTHING and not is_path(snapshot, text)


def spec_of(snapshot: Snapshot, one: Occurrence) -> SpecId | None:
    if one.where is In.CODE:
        return SpecId(one.text) if one.text in snapshot.graph else None
    if one.where is In.LINK:
        file = snapshot.files.get(link_path(snapshot, one.source, one.text))
        return file.facts.id if file else None
    return meant(snapshot, one.text, paths=_holds_paths(one.key))


def spec_at(snapshot: Snapshot, place: Place) -> SpecId | None:
    """The spec that the text at a place names."""
    if isinstance(place, Mention):
        known = not place.exact or place.text in snapshot.graph
        return snapshot.graph.target(place.text) if known else None
    if isinstance(place, Value) and place.field and place.field.holds in SPEC_HOLDS and place.text:
        return meant(snapshot, place.text, place.field.holds is Holds.SPEC_OR_PATH)
    return None


class Named(NamedTuple):
    id: SpecId
    span: Span


def named_at(snapshot: Snapshot, file: SpecFile, place: Place, offset: int) -> Named | None:
    """The spec that is named at an offset, where `place` is what stands there."""
    if (id := spec_at(snapshot, place)) is not None:
        return Named(id, place.span)
    if offset >= file.document.body.start:
        for one in in_body(file):
            if offset in one.span and (id := spec_of(snapshot, one)) is not None:
                return Named(id, one.span)
    return None


def _holds_paths(key: str) -> bool:
    return key in BY_NAME and BY_NAME[key].holds is Holds.SPEC_OR_PATH
