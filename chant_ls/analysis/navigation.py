"""From a name to the thing, from the thing to all that name it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from chant_ls.analysis.graph import Relation
from chant_ls.analysis.headings import heading_named
from chant_ls.analysis.occurrences import Occurrence, named_at, occurrences, spec_of
from chant_ls.analysis.paths import PATH_HOLDS, file_named, link_path
from chant_ls.analysis.place import Key, LinkTarget, Title, Value, place_at, scalar_values
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Location
from chant_ls.model.fields import Holds
from chant_ls.model.paths import heading_of
from chant_ls.model.spec import SpecId, short_id
from chant_ls.syntax.text import Span

MOST_REFERENCES = 5_000
PROMPTS = ".chant/prompts"


@dataclass(frozen=True, slots=True)
class Link:
    """A document link: `path` is relative to the root."""

    span: Span
    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """An edge of the dependency tree: the spec at the other end, and where the edge is written
    (in the file of the spec that depends)."""

    id: SpecId
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where the name at `origin` leads; `heading` is what `path#heading` names in a file that is no
    spec."""

    where: Location
    origin: Span
    heading: str = ""


def definition(snapshot: Snapshot, path: str, offset: int) -> Target | None:
    """Where the named spec, file or prompt is. Files outside the snapshot: their first place."""
    file = snapshot.files.get(path)
    if file is None:
        return None
    place = place_at(file.document, offset)
    heading = heading_of(place.text) if isinstance(place, Value | LinkTarget) else ""
    if named := named_at(snapshot, file, place, offset):
        where = _section_of(snapshot, named.id, heading) or title_of(snapshot, named.id)
        return Target(where, named.span) if where else None
    if isinstance(place, LinkTarget):
        return _in_file(link_path(snapshot, path, place.text), place.span, heading)
    if isinstance(place, Value):
        return _in_file(_file_named(snapshot, place), place.span, heading)
    return None


def _in_file(path: str, origin: Span, heading: str) -> Target | None:
    return Target(Location(path, Span(0, 0)), origin, heading) if path else None


def _section_of(snapshot: Snapshot, id: str, name: str) -> Location | None:
    file = snapshot.find(id) if name else None
    heading = heading_named(file.document.body.headings, name) if file else None
    return Location(file.path, heading.span) if file and heading else None


def title_of(snapshot: Snapshot, id: str) -> Location | None:
    """The title of a spec, or the beginning of its body."""
    file = snapshot.find(id)
    if file is None:
        return None
    body = file.document.body
    return Location(file.path, body.title.span if body.title else Span(body.start, body.start))


def subject(snapshot: Snapshot, path: str, offset: int) -> SpecId | None:
    """The spec that a place is about: the one named there; in the title and anywhere else in the
    frontmatter, the file's own."""
    file = snapshot.files.get(path)
    if file is None:
        return None
    document = file.document
    place = place_at(document, offset)
    if named := named_at(snapshot, file, place, offset):
        return named.id
    if isinstance(place, Title | Key | Value):
        return file.facts.id
    front = document.frontmatter
    return file.facts.id if front is not None and offset in front.span else None


def references(
    snapshot: Snapshot, path: str, offset: int, declaration: bool = False
) -> tuple[Location, ...]:
    """Every place that names what stands here, in natural order: a spec or a label."""
    if (label := label_at(snapshot, path, offset)) is not None:
        return tuple(islice(label_places(snapshot, label[0]), MOST_REFERENCES))
    id = subject(snapshot, path, offset)
    if id is None:
        return ()
    own = title_of(snapshot, id) if declaration else None
    named = (Location(where, o.span) for where, o, _ in naming(snapshot, {id}))
    return tuple(islice(chain([own] if own else [], named), MOST_REFERENCES))


def naming(snapshot: Snapshot, ids: Collection[SpecId]) -> Iterator[tuple[str, Occurrence, SpecId]]:
    """Every occurrence that means one of the specs, with the path of its file. Reads the texts of
    all specs once, parses those that could name one."""
    for file in _could_name(snapshot, ids):
        for occurrence in occurrences(file):
            if (id := spec_of(snapshot, occurrence)) in ids and id is not None:
                yield file.path, occurrence, id


def label_at(snapshot: Snapshot, path: str, offset: int) -> tuple[str, Span] | None:
    file = snapshot.files.get(path)
    place = place_at(file.document, offset) if file else None
    if not isinstance(place, Value) or place.field is None or not place.text:
        return None
    return (place.text, place.span) if place.field.holds is Holds.LABEL else None


def label_places(snapshot: Snapshot, label: str) -> Iterator[Location]:
    ids = snapshot.graph.named_by(Relation.LABEL, label)
    for file in _in_order(snapshot, ids):
        front = file.document.frontmatter
        if front is not None:
            for value in scalar_values(front.mapping, file.text):
                if value.key == "labels" and value.text == label:
                    yield Location(file.path, value.span)


def links(snapshot: Snapshot, path: str) -> tuple[Link, ...]:
    """Every id, path and prompt of a document that leads to a file of the project."""
    file = snapshot.files.get(path)
    if file is None:
        return ()
    document = file.document
    found = [
        Link(o.span, target.path)
        for o in occurrences(file)
        if (id := spec_of(snapshot, o)) is not None and (target := snapshot.find(id)) is not None
    ]
    taken = {link.span for link in found}
    values = scalar_values(document.frontmatter.mapping, file.text) if document.frontmatter else ()
    named = ((value.span, _file_named(snapshot, value)) for value in values)
    inline = ((link.span, link_path(snapshot, path, link.target)) for link in document.body.links)
    more = [Link(span, to) for span, to in chain(named, inline) if to and span not in taken]
    return tuple(sorted([*found, *more], key=lambda link: link.span))


def incoming(snapshot: Snapshot, id: str) -> tuple[Call, ...]:
    """Who depends on the spec, with the places where they say so."""
    ids = _sorted(snapshot, snapshot.graph.dependents(id))
    return tuple(Call(one, tuple(_edges(snapshot, one, id))) for one in ids)


def outgoing(snapshot: Snapshot, id: str) -> tuple[Call, ...]:
    """What the spec depends on."""
    targets = snapshot.graph.dependencies(id)
    return tuple(Call(one, tuple(_edges(snapshot, id, one))) for one in targets)


def _edges(snapshot: Snapshot, source: str, target: str) -> Iterator[Span]:
    file = snapshot.find(source)
    for occurrence in occurrences(file) if file else ():
        if occurrence.key == "depends_on" and spec_of(snapshot, occurrence) == target:
            yield occurrence.span


def _could_name(snapshot: Snapshot, ids: Collection[SpecId]) -> Iterator[SpecFile]:
    """Files that hold a short id, and those whose fields name one of the specs by another part."""
    graph = snapshot.graph
    relations = (Relation.DEPENDS, Relation.MEMBERS, Relation.INFORMED, Relation.READS)
    named = frozenset(chain.from_iterable(graph.naming(r, id) for r in relations for id in ids))
    shorts = _innermost(map(short_id, ids))
    parts = frozenset(part for short in shorts for part in short.split("-"))
    for one in graph.ids:
        for path in graph.paths_of(one):
            file = snapshot.files[path]
            text = file.text
            if one in named or any(short in text for short in shorts) or _listed(text, parts):
                yield file


def _innermost(words: Iterable[str]) -> list[str]:
    """Words of which one stands in each of the given ones: a driver's id for those of members."""
    found: list[str] = []
    for word in sorted(words, key=len):
        if not any(other in word for other in found):
            found.append(word)
    return found


def _listed(text: str, parts: Iterable[str]) -> bool:
    """A list of members may name what it waits for shorter still."""
    listing = "ember Specs" in text or "ember specs" in text
    return listing and any(part in text for part in parts)


def _in_order(snapshot: Snapshot, ids: Iterable[SpecId]) -> Iterator[SpecFile]:
    return (file for id in _sorted(snapshot, ids) if (file := snapshot.find(id)) is not None)


def _sorted(snapshot: Snapshot, ids: Iterable[SpecId]) -> list[SpecId]:
    wanted = set(ids)
    return [id for id in snapshot.graph.ids if id in wanted]


def _file_named(snapshot: Snapshot, value: Value) -> str:
    """The file that a path or prompt field leads to, "" where it is none."""
    field = value.field
    if field is None or not value.text:
        return ""
    if field.holds is Holds.PROMPT and value.text in snapshot.prompts:
        return f"{PROMPTS}/{value.text}.md"
    return file_named(snapshot, value.text) if field.holds in PATH_HOLDS else ""
