"""Values that a field can hold, as far as a project tells."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice

from chant_ls.analysis import search
from chant_ls.analysis.completion_items import MOST_ITEMS, ItemKind
from chant_ls.analysis.graph import Relation
from chant_ls.analysis.markdown import clean
from chant_ls.analysis.place import Value, scalar_values
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.fields import Holds, Shape
from chant_ls.model.spec import COMPUTED, SpecId, short_id
from chant_ls.syntax.nodes import Document

ListDir = Callable[[str], Iterable[str]]
"""The names in a folder of the project, given relative to the root (`""` or `src/`); names of
folders end with `/`. Nothing for what does not exist or lies outside."""

_MOST_CIRCULAR = 1_000
"""After so many that wait for the spec itself no others are looked for."""

_ID_START = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Query:
    """`typed` is the part of the value before the cursor."""

    snapshot: Snapshot
    document: Document
    place: Value
    typed: str
    list_dir: ListDir | None


@dataclass(frozen=True, slots=True)
class Candidate:
    text: str
    kind: ItemKind
    label: str = ""
    filter: str = ""
    sort: str = ""
    detail: str = ""
    description: str = ""
    key: str = ""
    again: bool = False


def candidates(query: Query) -> Iterator[Candidate]:
    field = query.place.field
    if field is None:
        return
    match field.holds:
        case Holds.SPEC:
            yield from _specs(query)
        case Holds.SPEC_OR_PATH:
            yield from _specs_and_paths(query)
        case Holds.PATH:
            yield from _paths(query)
        case Holds.PLAIN if field.shape is Shape.BOOL:
            yield from _plain(("true", "false"), ItemKind.VALUE)
        case _:
            yield from _words(query, field.holds)


def spec_candidates(
    snapshot: Snapshot, query: str, own: SpecId, skip: Iterable[str] = (), last: bool = False
) -> Iterator[Candidate]:
    """Specs by id, short id and title words, never `own`; with `last`, those that wait for `own`
    come last and say so."""
    left_out = {own, *skip}
    ids = (id for id in search.hits(snapshot.graph, query) if id not in left_out)
    most = MOST_ITEMS + 1
    plain, circular = _apart(snapshot, own, ids) if last else (list(islice(ids, most)), [])
    for number, id in enumerate([*plain, *circular][:most]):
        yield _spec(snapshot, id, number, number >= len(plain))


def _apart(
    snapshot: Snapshot, own: SpecId, ids: Iterable[SpecId]
) -> tuple[list[SpecId], list[SpecId]]:
    """As many as are shown that could be waited for, and before them those that wait for `own`."""
    graph = snapshot.graph
    awaiting = search.awaiting(graph, own)
    plain: list[SpecId] = []
    circular: list[SpecId] = []
    for id in ids:
        waits = graph.cycles.through(own, id) is not None if awaiting is None else id in awaiting
        (circular if waits else plain).append(id)
        if len(plain) > MOST_ITEMS or len(circular) > _MOST_CIRCULAR:
            break
    return plain, circular


def _spec(snapshot: Snapshot, id: SpecId, number: int, circular: bool) -> Candidate:
    facts = snapshot.facts(id)
    title = clean(facts.title) if facts else ""
    status = effective_status(snapshot, id).value
    return Candidate(
        id,
        ItemKind.SPEC,
        filter=f"{id} {short_id(id)} {title}",
        sort=f"{circular:d}{number:04}",
        detail=title,
        description=f"{status}, would close a cycle" if circular else status,
        key=f"spec:{id}",
    )


def _specs(query: Query) -> Iterator[Candidate]:
    key = query.place.key
    own = query.document.facts.id
    present = _others(query)
    blocks = key in ("depends_on", "members")
    return spec_candidates(query.snapshot, query.typed, own, present, last=blocks)


def _others(query: Query) -> set[str]:
    """The other items of the list that the place is in."""
    front = query.document.frontmatter
    if front is None:
        return set()
    found = scalar_values(front.mapping, query.document.text)
    place = query.place
    return {v.text for v in found if v.key == place.key and v.span.start != place.span.start}


def _specs_and_paths(query: Query) -> Iterator[Candidate]:
    """Specs before paths where an id is typed; else at most half of them paths, if there are
    specs."""
    paths, specs = _paths(query), _specs(query)
    if _ID_START.match(query.typed):
        yield from _ranked(specs, "0")
        yield from _ranked(paths, "1")
    else:
        yield from _ranked(islice(paths, MOST_ITEMS // 2), "0")
        yield from _ranked(specs, "1")
        yield from _ranked(paths, "0")


def _ranked(found: Iterable[Candidate], rank: str) -> Iterator[Candidate]:
    return (replace(one, sort=rank + one.sort) for one in found)


def _paths(query: Query) -> Iterator[Candidate]:
    folder, slash, typed = query.typed.rpartition("/")
    if query.list_dir is None or _leaves_root(query.typed):
        return
    base = folder + slash
    names = (name for name in query.list_dir(base) if typed.lower() in name.lower())
    for name in nsmallest(MOST_ITEMS + 1, names, key=_folders_first):
        if not name.startswith(".git/"):
            kind = ItemKind.FOLDER if name.endswith("/") else ItemKind.FILE
            path = base + name
            sort = f"0{name.startswith('.'):d}{kind is ItemKind.FILE:d}{name}"
            yield Candidate(path, kind, filter=path, sort=sort, again=kind is ItemKind.FOLDER)


def _folders_first(name: str) -> tuple[bool, bool, str]:
    return name.startswith("."), not name.endswith("/"), name


def _leaves_root(path: str) -> bool:
    return path.startswith(("/", "~", "\\")) or ".." in path.split("/") or ":" in path


def _words(query: Query, holds: Holds) -> Iterator[Candidate]:
    snapshot = query.snapshot
    config = snapshot.config
    match holds:
        case Holds.ENUM:
            return _enum(query)
        case Holds.LABEL:
            return _labels(query)
        case Holds.PROMPT:
            return _plain(_narrowed(query, snapshot.prompts), ItemKind.VALUE, "prompt")
        case Holds.PROVIDER:
            names = {*config.providers, *snapshot.tools}
            return _plain(_narrowed(query, names), ItemKind.VALUE, "provider")
        case Holds.MODEL:
            return _plain(_narrowed(query, _models(snapshot)), ItemKind.VALUE, "model")
    return iter(())


def _narrowed(query: Query, texts: Iterable[str]) -> list[str]:
    """All of them, or those that hold what was typed where there are more than are shown."""
    every = sorted(texts)
    typed = query.typed.lower()
    return every if len(every) <= MOST_ITEMS else [one for one in every if typed in one.lower()]


def _plain(texts: Iterable[str], kind: ItemKind, detail: str = "") -> Iterator[Candidate]:
    return (Candidate(text, kind, detail=detail) for text in texts)


def _enum(query: Query) -> Iterator[Candidate]:
    field = query.place.field
    stored = (v for v in field.values if v not in COMPUTED) if field else ()
    for number, value in enumerate(stored):
        yield Candidate(str(value), ItemKind.VALUE, sort=f"{number:02}")


def _labels(query: Query) -> Iterator[Candidate]:
    graph, present, own = query.snapshot.graph, _others(query), query.document.facts.id
    typed = query.typed.lower()
    used = ((text, graph.named_by(Relation.LABEL, text)) for text in graph.texts(Relation.LABEL))
    hits = [
        (text, len(ids))
        for text, ids in used
        if typed in text.lower() and text not in present and (text != query.typed or ids != {own})
    ]
    for number, (text, count) in enumerate(sorted(hits, key=lambda hit: (-hit[1], hit[0]))):
        detail = f"{count} spec" + "s" * (count != 1)
        yield Candidate(text, ItemKind.LABEL, sort=f"{number:04}", detail=detail)


def _models(snapshot: Snapshot) -> set[str]:
    named = {provider.model for provider in snapshot.config.providers.values()}
    used = {file.facts.model for file in snapshot.files.values()}
    return {snapshot.config.model, *named, *used} - {""}
