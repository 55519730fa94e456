"""Where a document names specs, and which ones: one reading for every feature."""

from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.analysis.place import Mention, Place, Value, scalar_values
from chant_ls.analysis.snapshot import PathKind, Snapshot
from chant_ls.model.fields import BY_NAME, Holds
from chant_ls.model.spec import SpecId, looks_dated
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.text import Span

SPEC_HOLDS = frozenset({Holds.SPEC, Holds.SPEC_OR_PATH})
PATH_HOLDS = frozenset({Holds.PATH, Holds.SPEC_OR_PATH})
_PATH_MARKS = frozenset("/\\*?[#")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Text that names a spec. `key` is the field it stands in, "" in the body."""

    text: str
    span: Span
    key: str = ""


def occurrences(document: Document) -> Iterator[Occurrence]:
    """All texts that could name a spec, in the order of the document."""
    if document.frontmatter is not None:
        for value in scalar_values(document.frontmatter.mapping, document.text):
            if value.field is not None and value.field.holds in SPEC_HOLDS and value.text:
                yield Occurrence(value.text, value.span, value.key)
    for mention in document.body.mentions:
        yield Occurrence(mention.text, mention.span)


def meant(snapshot: Snapshot, text: str, paths: bool = False) -> SpecId | None:
    """The spec that a reference means; with `paths`, the text may also be a path, perhaps that of
    a spec's own file."""
    if paths and is_path(snapshot, text):
        file = snapshot.files.get(text.partition("#")[0].removeprefix("./"))
        return file.facts.id if file else None
    return snapshot.graph.target(text)


def is_path(snapshot: Snapshot, text: str) -> bool:
    """Whether an entry that may be an id or a path is a path."""
    if text in snapshot.graph:
        return False
    if not _PATH_MARKS.isdisjoint(text):
        return True
    fact = snapshot.paths.get(text)
    known = fact is not None and fact.kind in (PathKind.FILE, PathKind.FOLDER)
    return known or (text.endswith(".md") and not looks_dated(text))


def spec_of(snapshot: Snapshot, occurrence: Occurrence) -> SpecId | None:
    return meant(snapshot, occurrence.text, paths=_holds_paths(occurrence.key))


def spec_at(snapshot: Snapshot, place: Place) -> SpecId | None:
    """The spec that the text at a place names."""
    if isinstance(place, Mention):
        known = not place.exact or place.text in snapshot.graph
        return snapshot.graph.target(place.text) if known else None
    if isinstance(place, Value) and place.field and place.field.holds in SPEC_HOLDS and place.text:
        return meant(snapshot, place.text, place.field.holds is Holds.SPEC_OR_PATH)
    return None


def _holds_paths(key: str) -> bool:
    return key in BY_NAME and BY_NAME[key].holds is Holds.SPEC_OR_PATH
