"""What stands above a spec's title: what can be done, and how it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.analysis import doable
from chant_ls.analysis.readiness import blocked_by, effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import is_unmerged
from chant_ls.analysis.types import Block, Run
from chant_ls.model.spec import Facts, SpecId, Status, short_id
from chant_ls.syntax.text import Span


@dataclass(frozen=True, slots=True)
class Lens:
    """`run` is the verb behind a click; `references` asks for the list of what names the spec."""

    title: str
    span: Span
    run: Run | None = None
    references: bool = False


def lenses(snapshot: Snapshot, path: str) -> tuple[Lens, ...]:
    """On the title; none in a file that is not the one of its id, none in the archive."""
    file = snapshot.files.get(path)
    if file is None or snapshot.graph.path_of(file.facts.id) != path or file.archived:
        return ()
    title = file.document.body.title
    if title is None:
        return ()
    verbs = (
        (text, Run(name, {"spec": file.facts.id})) for text, name in _verbs(snapshot, file.facts)
    )
    told = _told(snapshot, file.facts)
    return (
        *(Lens(text, title.line, run) for text, run in verbs),
        *(Lens(text, title.line, references=asks) for text, asks in told),
    )


def _verbs(snapshot: Snapshot, facts: Facts) -> Iterator[tuple[str, str]]:
    id = facts.id
    match effective_status(snapshot, id):
        case Status.READY | Status.BLOCKED if not doable.hindrances(snapshot, id):
            yield "▶ Work", "chant.work"
        case Status.IN_PROGRESS:
            yield "■ Cancel", "chant.cancel"
        case Status.PAUSED | Status.FAILED | Status.NEEDS_ATTENTION:
            if snapshot.run(id) is not None:
                yield "▶ Resume", "chant.resume"
            yield "↺ Reset", "chant.reset"
        case Status.COMPLETED if is_unmerged(snapshot, id):
            yield "⤴ Merge", "chant.merge"
    if snapshot.run(id) is not None:
        yield "▤ Log", "chant.log"


def _told(snapshot: Snapshot, facts: Facts) -> Iterator[tuple[str, bool]]:
    reasons = blocked_by(snapshot, facts.id)
    if reasons:
        yield _blocked(reasons[0].kind, reasons[0].id, len(reasons)), False
    if count := len(snapshot.graph.dependents(facts.id)):
        yield f"{count} dependent" + "s" * (count != 1), True
    if facts.criteria.total:
        yield f"{facts.criteria.done}/{facts.criteria.total} criteria", False
    if members := snapshot.graph.members(facts.id):
        yield f"{_done(snapshot, members)}/{len(members)} members", False


def _blocked(kind: Block, id: str, count: int) -> str:
    if count > 1:
        return f"blocked by {count}"
    return "waits for approval" if kind is Block.APPROVAL else f"blocked by {short_id(id)}"


def _done(snapshot: Snapshot, members: tuple[SpecId, ...]) -> int:
    return sum(effective_status(snapshot, one) is Status.COMPLETED for one in members)
