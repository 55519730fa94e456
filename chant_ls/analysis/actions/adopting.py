"""Member lists in prose, as the guide writes them, made into fields and files."""

from collections.abc import Iterable, Iterator

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.creating import SPECS
from chant_ls.analysis.actions.editing import touches
from chant_ls.analysis.actions.lists import with_items
from chant_ls.analysis.actions.research import private_labels
from chant_ls.analysis.search import awaiting
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile
from chant_ls.model.spec import SpecId, valid_id
from chant_ls.syntax.nodes import ListItem
from chant_ls.syntax.render import NewSpec, new_spec
from chant_ls.syntax.text import Edit


def adopt_list(ask: Ask) -> Iterator[Action]:
    """Writes what the list says as `members` here and as `depends_on` in the specs it names;
    offered on the list and its heading, where that changes anything."""
    items = ask.subject.document.body.member_items
    if not items or not _on_list(ask):
        return
    known = [(item, id) for item in items if (id := _named(ask.snapshot, item)) is not None]
    edits = {
        **_member_edits(ask, [id for _, id in known]),
        **_order_edits(ask.snapshot, known),
    }
    if edits:
        title = "Adopt the list: write `members` and `depends_on`"
        yield Action(title, ActionKind.REWRITE, lambda: Change(edits, label=title))


def create_named(ask: Ask) -> Iterator[Action]:
    """Creates the specs that a list names by slug and that are not there, as members."""
    items = _to_create(ask.snapshot, ask.subject.document.body.member_items)
    here = [(item, id) for item, id in items if touches(item.span, ask.span)]
    for item, id in here:
        yield _creation(ask, f"Create the spec `{id}`", [(item, id)])
    if len(items) > 1 and _on_list(ask):
        yield _creation(ask, f"Create all {len(items)} named specs", items)


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


def _member_edits(ask: Ask, ids: Iterable[SpecId]) -> dict[str, tuple[Edit, ...]]:
    """Those that are not members yet, by number or by field."""
    own = ask.subject.file.facts.id
    there = {own, *ask.snapshot.graph.members(own)}
    edits = with_items(ask.subject.document, "members", [id for id in ids if id not in there])
    return {ask.path: edits} if edits else {}


def _order_edits(
    snapshot: Snapshot, known: list[tuple[ListItem, SpecId]]
) -> dict[str, tuple[Edit, ...]]:
    edits = {}
    for item, id in known:
        file = snapshot.find(id)
        there = set(snapshot.graph.dependencies(id))
        wanted = [t for text in item.depends if (t := snapshot.graph.target(text)) is not None]
        new = [target for target in wanted if target != id and target not in there]
        if file is not None and new and not _circular(snapshot, id, new):
            edits[file.path] = with_items(file.document, "depends_on", new)
    return edits


def _circular(snapshot: Snapshot, id: SpecId, targets: list[SpecId]) -> bool:
    return not awaiting(snapshot.graph, id).isdisjoint(targets)


def _to_create(snapshot: Snapshot, items: Iterable[ListItem]) -> list[tuple[ListItem, SpecId]]:
    valid = ((item, valid_id(item.slug)) for item in items if item.slug)
    found = [(item, id) for item, id in valid if id is not None and id not in snapshot.graph]
    return list({id: (item, id) for item, id in reversed(found)}.values())[::-1]


def _creation(ask: Ask, title: str, items: list[tuple[ListItem, SpecId]]) -> Action:
    ids = [id for _, id in items]

    def change() -> Change:
        files = tuple(CreateFile(f"{SPECS}/{id}.md", _text(ask, item)) for item, id in items)
        return Change(_member_edits(ask, ids), files, title)

    return Action(title, ActionKind.EXTRACT, change, creates=True)


def _text(ask: Ask, item: ListItem) -> str:
    targets = [ask.snapshot.graph.target(text) or text for text in item.depends]
    depends = tuple(targets) or None
    title = item.text or item.slug.replace("-", " ")
    return new_spec(NewSpec(title, labels=private_labels(ask.subject.file), depends_on=depends))
