"""Member lists in prose, as the guide writes them, made into fields and files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.creating import SPECS, new_id
from chant_ls.analysis.actions.editing import touches
from chant_ls.analysis.actions.inheriting import private_labels
from chant_ls.analysis.actions.lists import with_dependencies, with_items
from chant_ls.analysis.actions.trial import Edge, after, circular
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile
from chant_ls.model.spec import SpecId, valid_id
from chant_ls.syntax.nodes import ListItem
from chant_ls.syntax.render import NewSpec, new_spec
from chant_ls.syntax.text import Edit, Span

ADOPT = "Adopt the list: write `members` and `depends_on`"


class _Plan(NamedTuple):
    """What a list says and fields do not: more members, and who depends on whom."""

    members: tuple[SpecId, ...]
    edges: tuple[Edge, ...]


def adopt_list(ask: Ask) -> Iterator[Action]:
    """Writes what the list says as `members` here and as `depends_on` in the specs it names;
    offered on the list and its heading, where that changes anything."""
    items = ask.subject.document.body.member_items
    if not items or not _on_list(ask):
        return
    known = [(item, id) for item in items if (id := _named(ask.snapshot, item)) is not None]
    plan = _Plan(_no_members_yet(ask, [id for _, id in known]), _new_edges(ask.snapshot, known))
    if plan.members or plan.edges:
        yield Action(ADOPT, ActionKind.REWRITE, partial(_adopted, ask, plan))


def create_named(ask: Ask) -> Iterator[Action]:
    """Creates the specs that a list names by slug and that are not there, as members."""
    items = _to_create(ask.snapshot, ask.subject.document.body.member_items)
    here = [(item, id) for item, id in items if touches(item.span, ask.span)]
    for item, id in here:
        yield _creating(f"Create the spec `{id}`", partial(_created, ask, [(item, id)]))
    if len(items) > 1 and _on_list(ask):
        yield _creating(f"Create all {len(items)} named specs", partial(_created, ask, items))


def create_member(ask: Ask) -> Iterator[Action]:
    """An item of a list of members that names none becomes one; its id is written before it."""
    for item in ask.subject.document.body.member_items:
        if item.text and not (item.slug or item.id) and touches(item.span, ask.span):
            yield _creating(
                "Create a member from this list item", partial(_named_member, ask, item)
            )


def _creating(title: str, change: Callable[[], Change]) -> Action:
    return Action(title, ActionKind.EXTRACT, change, creates=True)


def _on_list(ask: Ask) -> bool:
    """On the heading of the list or anywhere below it, down to the last item."""
    body = ask.subject.document.body
    last = body.member_items[-1].span.end if body.member_items else 0
    for heading in body.headings:
        if heading.text.lower().startswith("member specs"):
            return heading.line.start <= ask.span.end and ask.span.start <= last
    return False


def _named(snapshot: Snapshot, item: ListItem) -> SpecId | None:
    if item.slug:
        return SpecId(item.slug) if item.slug in snapshot.graph else None
    return snapshot.graph.target(item.id) if item.id else None


def _no_members_yet(ask: Ask, ids: Iterable[SpecId]) -> tuple[SpecId, ...]:
    """Neither by number nor by field."""
    own = ask.subject.file.facts.id
    there = {own, *ask.snapshot.graph.members(own)}
    return tuple(id for id in dict.fromkeys(ids) if id not in there)


def _new_edges(snapshot: Snapshot, known: Iterable[tuple[ListItem, SpecId]]) -> tuple[Edge, ...]:
    graph = snapshot.graph
    wanted = ((id, graph.target(text)) for item, id in known for text in item.depends)
    new = [(id, to) for id, to in wanted if to not in (None, id, *graph.dependencies(id))]
    return tuple(dict.fromkeys((id, to) for id, to in new if to is not None))


def _adopted(ask: Ask, plan: _Plan) -> Change:
    """All that closes no cycle: dependencies give way to membership."""
    own = ask.subject.file.facts.id
    wrong = circular(after(ask.snapshot, _change(ask, plan)), plan.edges)
    kept = plan._replace(edges=tuple(edge for edge in plan.edges if edge not in wrong))
    family = circular(after(ask.snapshot, _change(ask, kept)), [(own, id) for id in kept.members])
    kept = kept._replace(members=tuple(id for id in kept.members if (own, id) not in family))
    return _change(ask, kept, left_out=len(wrong) + len(family))


def _change(ask: Ask, plan: _Plan, left_out: int = 0) -> Change:
    edits = {ask.path: with_items(ask.subject.document, "members", plan.members)}
    waits: dict[SpecId, list[SpecId]] = {}
    for id, target in plan.edges:
        waits.setdefault(id, []).append(target)
    for id, targets in waits.items():
        if (file := ask.snapshot.find(id)) is not None:
            edits[file.path] = with_dependencies(ask.snapshot, file.document, targets)
    return Change({path: one for path, one in edits.items() if one}, label=_label(ADOPT, left_out))


def _label(title: str, left_out: int) -> str:
    return f"{title} ({left_out} left out: they would close a cycle)" if left_out else title


def _to_create(snapshot: Snapshot, items: Iterable[ListItem]) -> list[tuple[ListItem, SpecId]]:
    valid = ((item, valid_id(item.slug)) for item in items if item.slug)
    found = [(item, id) for item, id in valid if id is not None and id not in snapshot.graph]
    return list({id: (item, id) for item, id in reversed(found)}.values())[::-1]


def _created(ask: Ask, items: list[tuple[ListItem, SpecId]]) -> Change:
    """Files and members; of what the items wait for, all that closes no cycle."""
    new = {id: SpecId(id) for _, id in items}
    target = ask.snapshot.graph.target
    waits = {
        id: {text: new.get(SpecId(text)) or target(text) for text in item.depends}
        for item, id in items
    }
    edges = [(id, to) for id, found in waits.items() for to in found.values() if to is not None]
    tried = after(ask.snapshot, _files(ask, items, waits, frozenset()))
    return _files(ask, items, waits, circular(tried, edges))


_Waits = Mapping[SpecId, Mapping[str, SpecId | None]]
"""What each spec waits for: the text in the list, and the spec it means."""


def _files(
    ask: Ask, items: list[tuple[ListItem, SpecId]], waits: _Waits, wrong: frozenset[Edge]
) -> Change:
    files = []
    for item, id in items:
        found = waits[id].items()
        texts = tuple(to or text for text, to in found if to is None or (id, to) not in wrong)
        title = item.text or item.slug.replace("-", " ")
        labels = private_labels(ask.subject.file)
        text = new_spec(NewSpec(title, labels=labels, depends_on=texts or None))
        files.append(CreateFile(f"{SPECS}/{id}.md", text))
    members = _no_members_yet(ask, [id for _, id in items])
    edits = with_items(ask.subject.document, "members", members)
    label = _label(f"Create {len(items)} specs", len(wrong))
    return Change({ask.path: edits} if edits else {}, tuple(files), label)


def _named_member(ask: Ask, item: ListItem) -> Change:
    id, start = new_id(ask), item.span.start
    change = _created(ask, [(item, id)])
    edits = (*change.edits.get(ask.path, ()), Edit(Span(start, start), f"{id} - "))
    return change._replace(edits={ask.path: edits})
