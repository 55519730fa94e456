"""What an editor shows about the thing under the cursor, as Markdown that cannot harm."""

from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.analysis.graph import Relation
from chant_ls.analysis.hover_reasons import reasons_markdown
from chant_ls.analysis.markdown import code, escape
from chant_ls.analysis.occurrences import SPEC_HOLDS, is_path, named_at
from chant_ls.analysis.paths import PATH_HOLDS, link_keys, naming_path
from chant_ls.analysis.place import (
    CriterionPlace,
    Key,
    LinkTarget,
    Place,
    Title,
    Value,
    field_of,
    place_at,
)
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import PathFact, PathKind, Snapshot
from chant_ls.analysis.standing import is_unmerged
from chant_ls.analysis.summary import NO_TITLE, note
from chant_ls.analysis.times import ago
from chant_ls.analysis.types import Ambiguous, Missing
from chant_ls.model.fields import Holds
from chant_ls.model.paths import path_key
from chant_ls.model.runs import RunInfo
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.text import Span

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Hover:
    markdown: str
    span: Span


def hover(snapshot: Snapshot, path: str, offset: int, now: str = "") -> Hover | None:
    """What to say about the place, None where there is nothing. `now` is UTC, ISO 8601 with `Z`;
    without it no ages are told."""
    file = snapshot.files.get(path)
    if file is None:
        return None
    place = place_at(file.document, offset)
    if (named := named_at(snapshot, file, place, offset)) is not None:
        return Hover(spec_card(snapshot, named.id, now), named.span)
    if isinstance(place, LinkTarget):
        text = _link(snapshot, path, place.text)
    else:
        text = _about(snapshot, file.facts.id, place, now)
    return Hover(text, place.span) if text else None


def spec_card(snapshot: Snapshot, id: str, now: str = "") -> str:
    """All that is known of a spec: title, status, reasons, criteria, dependents, run."""
    facts = snapshot.facts(id)
    if facts is None:
        return ""
    title = escape(facts.title or NO_TITLE)
    lines = [f"**{title}**", verdict(snapshot, facts.id, now), "  \n".join(_details(snapshot, id))]
    if run := snapshot.run(id):
        lines.append(_run_line(run, now))
    return "\n\n".join(line for line in lines if line)


def field_doc(name: str) -> str:
    """The documentation of `key` or `key.inner`."""
    parent, _, own = name.rpartition(".")
    field = field_of(own, parent)
    if field is None:
        return ""
    allowed = f"\n\nOne of {', '.join(map(code, field.values))}." if field.values else ""
    machine = "\n\nWritten by chant." if field.machine else ""
    return f"{code(name)}: {field.shape.value}\n\n{field.doc}{allowed}{machine}"


def verdict(snapshot: Snapshot, id: SpecId, now: str = "") -> str:
    """The status that counts, and why where it is blocked."""
    status = effective_status(snapshot, id)
    facts = snapshot.facts(id)
    kind = f", {facts.type.value}" if facts else ""
    merge = f", {escape(note(snapshot, id))}" if is_unmerged(snapshot, id) else ""
    archived = ", archived" if snapshot.graph.archived(id) else ""
    line = f"{code(id)} is **{_word(status)}**{merge}{archived}{kind}"
    why = reasons_markdown(snapshot, id, now) if status is Status.BLOCKED else ""
    return f"{line}\n\n{why}" if why else line


def _word(status: Status) -> str:
    return status.value.replace("_", " ")


def _details(snapshot: Snapshot, id: str) -> Iterator[str]:
    facts = snapshot.facts(id)
    if facts is not None and facts.criteria.total:
        yield f"Criteria: {facts.criteria.done}/{facts.criteria.total}"
    if members := snapshot.graph.members(id):
        done = sum(effective_status(snapshot, m) is Status.COMPLETED for m in members)
        yield f"Members: {done}/{len(members)} completed"
    if dependents := sorted(snapshot.graph.dependents(id)):
        yield f"Dependents: {len(dependents)} ({_named(dependents)})"
    if facts is not None and facts.labels:
        yield f"Labels: {', '.join(map(code, facts.labels[:_MOST_NAMED]))}"


def _named(ids: list[SpecId]) -> str:
    more = ", …" if len(ids) > _MOST_NAMED else ""
    return ", ".join(map(code, ids[:_MOST_NAMED])) + more


def _run_line(run: RunInfo, now: str) -> str:
    age = ago(run.ended_at or run.started_at, now)
    state = "interrupted" if run.interrupted else run.state.value.replace("_", " ")
    parts = [f"Run {code(run.run)}: {state}", age, f"attempt {run.attempt}"]
    parts += [f"branch {code(run.branch)}"] if run.branch else []
    error = f"  \n{escape(run.error)}" if run.error else ""
    return ", ".join(part for part in parts if part) + error


def _about(snapshot: Snapshot, own: SpecId, place: Place, now: str) -> str:
    match place:
        case Title():
            return spec_card(snapshot, own, now)
        case Key():
            return field_doc(f"{place.parent}.{place.name}".lstrip("."))
        case Value(key="status", parent=""):
            return verdict(snapshot, own, now) if snapshot.find(own) else ""
        case CriterionPlace():
            return _criterion(place)
    return _value(snapshot, place) if isinstance(place, Value) and place.text else ""


def _criterion(place: CriterionPlace) -> str:
    check = place.criterion.check
    if not check:
        return ""
    state = "ticked" if place.criterion.done else "not ticked"
    return f"{state.capitalize()}. After a run, {code(check)} decides: ticked if it exits 0."


def _value(snapshot: Snapshot, place: Value) -> str:
    field = place.field
    if field is None:
        return ""
    if field.holds is Holds.LABEL:
        count = len(snapshot.graph.named_by(Relation.LABEL, place.text))
        return f"Label {code(place.text)}: {_specs(count)}"
    if field.holds in PATH_HOLDS and (field.holds is Holds.PATH or is_path(snapshot, place.text)):
        return _path(snapshot, place.text)
    return _unresolved(snapshot, place.text) if field.holds in SPEC_HOLDS else ""


def _unresolved(snapshot: Snapshot, text: str) -> str:
    match snapshot.graph.resolve(text):
        case Ambiguous(candidates):
            return f"{code(text)} could be any of {_named(list(candidates))}"
        case Missing(nearest) if snapshot.complete:
            like = f"; {_named(list(nearest))} look like it" if nearest else ""
            return f"{code(text)} is no spec{like}"
    return ""


def _specs(count: int) -> str:
    return f"{count} spec" if count == 1 else f"{count} specs"


_KINDS = {
    PathKind.FILE: "a file",
    PathKind.FOLDER: "a folder",
    PathKind.GLOB: "a pattern",
    PathKind.NOTHING: "nothing there",
    PathKind.OUTSIDE: "outside the project: not followed",
}


def _link(snapshot: Snapshot, source: str, target: str) -> str:
    """What a Markdown link leads to: what is there beside its file or below the root."""
    facts = ((key, snapshot.path_fact(key)) for key in link_keys(source, target))
    there = (key for key, fact in facts if fact and fact.kind is not PathKind.NOTHING)
    return _path(snapshot, next(there, target))


def _path(snapshot: Snapshot, text: str) -> str:
    fact, key = snapshot.path_fact(text), path_key(text)
    lines = [f"{code(text)}: {_path_kind(fact)}" if fact else code(text)]
    named = naming_path(snapshot, key) if key else ()
    if named:
        lines.append(f"Named by {_specs(len(named))}: {_named(sorted(named))}")
    return "\n\n".join(lines) if fact or named else ""


def _path_kind(fact: PathFact) -> str:
    if fact.kind in (PathKind.FOLDER, PathKind.GLOB):
        files = f"{fact.count} file" + "s" * (fact.count != 1)
        return f"{_KINDS[fact.kind]} with {files}"
    return _KINDS[fact.kind]
