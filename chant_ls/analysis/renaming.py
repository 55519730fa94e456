"""New names for specs and labels, everywhere at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chant_ls.analysis.navigation import label_at, label_places, naming, subject
from chant_ls.analysis.occurrences import spec_at
from chant_ls.analysis.place import Title, place_at
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Change, Location, RenameFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import LIVE_STATES
from chant_ls.model.spec import SpecId, id_problem
from chant_ls.syntax.quoting import within
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
    id = spec_at(snapshot, place) or (file.facts.id if isinstance(place, Title) else None)
    if id is None:
        return Refusal("nothing here can be renamed", "put the cursor on an id, a title or a label")
    return Renamable(place.span, id)


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


def will_rename(snapshot: Snapshot, old_path: str, new_path: str) -> Change | None:
    """What else must change when the client renames a spec's file; None where nothing must."""
    file = snapshot.files.get(old_path)
    new = new_path.rpartition("/")[2]
    if file is None or not new.endswith(".md") or snapshot.find(file.facts.id) != file:
        return None
    id, stem = file.facts.id, new.removesuffix(".md")
    if stem == id or _problem(snapshot, names := _names(snapshot, id, stem)):
        return None
    moves = [pair for pair in _moves(snapshot, names) if pair[0] != old_path]
    change = Change(
        _references(snapshot, names),
        tuple(RenameFile(old, _moved_to(new_path, new)) for old, new in moves),
        f"Rename {id} to {stem}",
    )
    return change if change.edits or change.files else None


def _moved_to(beside: str, path: str) -> str:
    """Members move along into the new folder of their driver."""
    return beside.rpartition("/")[0] + "/" + path.rpartition("/")[2]


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
            yield path, f"{path.rpartition('/')[0]}/{new}.md"


def _references(snapshot: Snapshot, names: dict[SpecId, str]) -> dict[str, tuple[Edit, ...]]:
    edits: dict[str, dict[Span, Edit]] = {}
    for old, new in names.items():
        for path, occurrence in naming(snapshot, old):
            text = occurrence.text.replace(old, new) if "/" in occurrence.text else new
            edits.setdefault(path, {})[occurrence.span] = Edit(occurrence.span, text)
    return {path: tuple(sorted(found.values(), key=_start)) for path, found in edits.items()}


def _start(edit: Edit) -> int:
    return edit.span.start


def _rename_label(snapshot: Snapshot, label: str, new: str) -> Change | Refusal:
    if not new or "\n" in new:
        return Refusal("a label cannot be empty")
    places = list(label_places(snapshot, label))
    return Change(_label_edits(snapshot, places, new), label=f"Rename label {label} to {new}")


def _label_edits(
    snapshot: Snapshot, places: Iterable[Location], new: str
) -> dict[str, tuple[Edit, ...]]:
    edits: dict[str, tuple[Edit, ...]] = {}
    for place in places:
        before = snapshot.files[place.path].text[place.span.start - 1 : place.span.start]
        quote = before if before in ("'", '"') else ""
        edit = Edit(place.span, within(new, quote, flow=True))
        edits[place.path] = (*edits.get(place.path, ()), edit)
    return edits
