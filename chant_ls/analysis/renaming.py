"""New names for specs and labels, everywhere at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chant_ls.analysis.actions.lists import without_item
from chant_ls.analysis.archiving import ACTIVE, ARCHIVE
from chant_ls.analysis.navigation import label_at, label_places, naming, subject
from chant_ls.analysis.occurrences import In, Occurrence, named_at
from chant_ls.analysis.place import Title, place_at
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Change, RenameFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES
from chant_ls.model.spec import SpecId, id_problem
from chant_ls.syntax.quoting import within
from chant_ls.syntax.slots import texts
from chant_ls.syntax.text import Edit, Span


@dataclass(frozen=True, slots=True)
class Renamable:
    """What would be renamed: the span to type over and the text in it now."""

    span: Span
    text: str


def prepare_rename(snapshot: Snapshot, path: str, offset: int) -> Renamable | Refusal:
    """A label, an id where one is named, or the file's own id in its title."""
    if label := label_at(snapshot, path, offset):
        return Renamable(label[1], label[0])
    file = snapshot.files.get(path)
    if file is None:
        return Refusal("this file is not a spec of the project")
    place = place_at(file.document, offset)
    if named := named_at(snapshot, file, place, offset):
        return Renamable(named.span, named.id)
    if isinstance(place, Title):
        return Renamable(place.span, file.facts.id)
    return Refusal("nothing here can be renamed", "put the cursor on an id, a title or a label")


def rename(snapshot: Snapshot, path: str, offset: int, new: str) -> Change | Refusal:
    """`new` is the whole new id or label."""
    found = prepare_rename(snapshot, path, offset)
    if isinstance(found, Refusal):
        return found
    if label := label_at(snapshot, path, offset):
        return _rename_label(snapshot, label[0], new.strip())
    id = subject(snapshot, path, offset)
    return rename_spec(snapshot, id, new.strip()) if id else Refusal("nothing here can be renamed")


def rename_spec(snapshot: Snapshot, id: SpecId, new: str) -> Change | Refusal:
    """The spec's file, its `.N` members' files, and every reference to any of them."""
    if new == id:
        return Change(label=f"Rename {id}")
    names = _names(snapshot, id, new)
    if problem := _problem(snapshot, names):
        return problem
    files = tuple(RenameFile(*pair) for pair in _moves(snapshot, names))
    return Change(_references(snapshot, names), files, f"Rename {id} to {new}")


def will_rename(snapshot: Snapshot, paths: Mapping[str, str]) -> Change | None:
    """What else must change when the client renames these files, new paths by old ones; None where
    nothing must. Members move along with their driver, but where the client moves them itself."""
    renamed = {old: names for old, new in paths.items() if (names := _meant(snapshot, old, new))}
    if not renamed:
        return None
    names = {id: new for one in renamed.values() for id, new in one.items()}
    names |= {SpecId(_stem(old)): _stem(paths[old]) for old in renamed}
    moves = [
        RenameFile(path, _beside(paths[old], names[id]))
        for old, own in renamed.items()
        for id in own
        if (path := snapshot.graph.path_of(id)) is not None and path not in paths
    ]
    (first, *more) = map(_stem, renamed)
    label = f"Rename {first} to {names[SpecId(first)]}" + (f" and {len(more)} more" if more else "")
    change = Change(_references(snapshot, names), tuple(moves), label)
    return change if change.edits or change.files else None


def _meant(snapshot: Snapshot, old: str, new: str) -> dict[SpecId, str]:
    """New names by old ones that the move of one file means; none where it is no new name of a
    spec, or one that it cannot have."""
    file = snapshot.files.get(old)
    if file is None or not _is_spec(new) or snapshot.find(file.facts.id) != file:
        return {}
    id, stem = file.facts.id, _stem(new)
    names = _names(snapshot, id, stem)
    return {} if stem == id or _problem(snapshot, names) else names


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")


def _is_spec(path: str) -> bool:
    return path.endswith(".md") and path.startswith((f"{ACTIVE}/", f"{ARCHIVE}/"))


def _beside(path: str, name: str) -> str:
    return f"{path.rpartition('/')[0]}/{name}.md"


def _names(snapshot: Snapshot, id: SpecId, new: str) -> dict[SpecId, str]:
    """New ids by old ones, for the spec and every member below its name."""
    below = [one for one in snapshot.graph.below(id) if one.startswith(f"{id}.")]
    return {id: new} | {one: new + one[len(id) :] for one in sorted(below)}


def _problem(snapshot: Snapshot, names: dict[SpecId, str]) -> Refusal | None:
    for old, new in names.items():
        if problem := id_problem(new):
            return Refusal(problem)
        if new in snapshot.graph and new not in names:
            return Refusal(f"there is a spec {new} already", f"`chant show {new}` shows it")
        run = snapshot.run(old)
        if run is not None and (run.state in LIVE_STATES or run.unmerged):
            why = "is being worked" if run.state in LIVE_STATES else "has work that is not merged"
            return Refusal(f"{old} {why}", f"`chant show {old}` tells more")
    return None


def _moves(snapshot: Snapshot, names: dict[SpecId, str]) -> Iterator[tuple[str, str]]:
    for old, new in names.items():
        path = snapshot.graph.path_of(old)
        if path is not None:
            yield path, _beside(path, new)


def _references(snapshot: Snapshot, names: Mapping[SpecId, str]) -> dict[str, tuple[Edit, ...]]:
    edits: dict[str, dict[Span, Edit]] = {}
    for path, occurrence, old in naming(snapshot, names):
        text = _written(snapshot.files[path].text, occurrence, old, names[old])
        edits.setdefault(path, {})[occurrence.span] = Edit(occurrence.span, text)
    return {path: tuple(sorted(found.values(), key=_start)) for path, found in edits.items()}


def _written(text: str, one: Occurrence, old: str, new: str) -> str:
    """The new id as it must stand there: in the old one's path, its quotes."""
    if one.where is In.LINK or "/" in one.text:
        before, _, behind = one.text.rpartition(old)
        new = f"{before}{new}{behind}"
    return within(new, _quote(text, one.span), flow=one.flow) if one.key else new


def _quote(text: str, span: Span) -> str:
    before = text[span.start - 1 : span.start]
    return before if before in ("'", '"') else ""


def _start(edit: Edit) -> int:
    return edit.span.start


def _rename_label(snapshot: Snapshot, label: str, new: str) -> Change | Refusal:
    if not new or "\n" in new:
        return Refusal("a label cannot be empty")
    edits: dict[str, tuple[Edit, ...]] = {}
    for place in label_places(snapshot, label) if new != label else ():
        file = snapshot.files[place.path]
        edit = _label_edit(file, place.span, label, new)
        edits[place.path] = (*edits.get(place.path, ()), *edit)
    return Change(edits, label=f"Rename label {label} to {new}")


def _label_edit(file: SpecFile, span: Span, label: str, new: str) -> tuple[Edit, ...]:
    """Writes the new label, or removes the old one where the new one stands already."""
    if new in texts(file.document, "labels"):
        return without_item(file.document, "labels", label)
    return (Edit(span, within(new, _quote(file.text, span), flow=True)),)
