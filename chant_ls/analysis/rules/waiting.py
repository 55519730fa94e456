"""What a spec waits for: circles, and the state of its dependencies."""

from collections.abc import Iterator
from itertools import islice, pairwise

from chant_ls.analysis.readiness import cycle_text, effective_status
from chant_ls.analysis.rules.references import Reference, references, scalars
from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.standing import is_unmerged
from chant_ls.analysis.summary import trouble
from chant_ls.analysis.types import Location, Related, Resolved, Severity
from chant_ls.model.spec import SpecId, Status

_MOST_RELATED = 20


@rule("dependency-cycle", Severity.ERROR, project=True)
def dependency_cycle(subject: Subject) -> Iterator[Finding]:
    """An entry of `depends_on` closes a circle of specs that wait for each other: none of them can
    ever start. Drivers wait for their members, and members without `depends_on` for the members
    before them; such edges count too.

    The message shows a shortest circle through this entry, the related places its other entries.
    Finished specs wait for nothing, so theirs are left alone.

    **Fix:** the quick fixes remove this entry, or turn it into `informed_by`, which never blocks.

    ```text
    010-abc → 011-def → 010-abc
    ```
    """
    graph = subject.snapshot.graph
    for one, target in _open_dependencies(subject):
        if target == subject.id or target in graph.below(subject.id):
            continue
        cycle = graph.cycles.through(subject.id, target)
        if cycle is not None:
            related = tuple(_edges(subject, cycle, (subject.id, target)))
            message = f"dependency cycle: {cycle_text(cycle)}"
            yield Finding(one.scalar.span, message, related, {"cycle": list(cycle[:50])})


def _resolved(subject: Subject) -> Iterator[tuple[Reference, SpecId]]:
    for one in references(subject, "depends_on"):
        if isinstance(one.meaning, Resolved) and one.meaning.id in subject.snapshot.graph:
            yield one, one.meaning.id


def _edges(
    subject: Subject, cycle: tuple[SpecId, ...], own: tuple[SpecId, SpecId]
) -> Iterator[Related]:
    for edge in list(pairwise(cycle))[:_MOST_RELATED]:
        place = None if edge == own else _place(subject, *edge)
        if place is not None:
            yield Related(place, f"{edge[0]} waits for {edge[1]}")


def _place(subject: Subject, start: SpecId, end: SpecId) -> Location | None:
    """The entry of `start` that names `end`, else its title: the edge is an implicit one."""
    file = subject.snapshot.find(start)
    if file is None:
        return None
    other = Subject(subject.snapshot, file, file.document)
    target = subject.snapshot.graph.target
    spans = (one.span for one in scalars(other, "depends_on") if target(one.text) == end)
    return Location(file.path, next(spans, other.heading))


def _open_dependencies(subject: Subject) -> Iterator[tuple[Reference, SpecId]]:
    return iter(()) if subject.finished else _resolved(subject)


@rule("cancelled-dependency", Severity.INFO, project=True)
def cancelled_dependency(subject: Subject) -> Iterator[Finding]:
    """A spec that this one depends on was cancelled. That frees this one: look whether it still
    makes sense without that work.

    **Fix:** remove the entry, or bring the other spec back with `chant reset`.
    """
    for one, target in _open_dependencies(subject):
        if effective_status(subject.snapshot, target) is Status.CANCELLED:
            yield Finding(one.scalar.span, f"{target} was cancelled; it blocks no longer")


@rule("unmerged-dependency", Severity.INFO, project=True)
def unmerged_dependency(subject: Subject) -> Iterator[Finding]:
    """A spec that this one depends on is completed on its branch, but not merged yet. This one
    starts from the main branch, so it waits for the merge.

    **Fix:** look at the work and run `chant merge <id>`.
    """
    for one, target in _open_dependencies(subject):
        if is_unmerged(subject.snapshot, target):
            message = f"{target} is completed but not merged; `chant merge {target}` merges it"
            yield Finding(one.scalar.span, message)


@rule("failed-dependency", Severity.WARNING, project=True)
def failed_dependency(subject: Subject) -> Iterator[Finding]:
    """A spec that this one depends on failed or needs attention: nothing moves until a person
    decides.

    **Fix:** `chant log <id>` shows what happened; `chant resume <id>` continues in its worktree,
    `chant reset <id>` starts over.
    """
    for one, target in _open_dependencies(subject):
        status = effective_status(subject.snapshot, target)
        if status in (Status.FAILED, Status.NEEDS_ATTENTION):
            word = "failed" if status is Status.FAILED else "needs attention"
            why = trouble(subject.snapshot, target)
            log = f"; `chant log {target}` shows more" if subject.snapshot.run(target) else ""
            message = f"{target} {word}{': ' if why else ''}{why}{log}"
            yield Finding(one.scalar.span, message)


@rule("target-overlap", Severity.INFO, project=True)
def target_overlap(subject: Subject) -> Iterator[Finding]:
    """Two specs that are ready or running name the same target file. They are not started
    together, and whichever merges second may conflict.

    **Fix:** let one depend on the other, or give them different files.
    """
    if not _current(subject, subject.id):
        return
    for scalar in scalars(subject, "target_files"):
        others = _sharing(subject, scalar.text)
        if others:
            related = tuple(r for other in others if (r := _target(subject, other, scalar.text)))
            names = ", ".join(others[:3]) + (" and others" if len(others) > 3 else "")
            yield Finding(scalar.span, f"`{scalar.text}` is a target of {names} too", related)


def _current(subject: Subject, id: SpecId) -> bool:
    status = effective_status(subject.snapshot, id)
    return status in (Status.READY, Status.IN_PROGRESS) and not subject.snapshot.graph.archived(id)


def _sharing(subject: Subject, target: str) -> list[SpecId]:
    found = sorted(subject.snapshot.graph.targeting(target) - {subject.id})
    return list(islice((id for id in found if _current(subject, id)), _MOST_RELATED))


def _target(subject: Subject, id: SpecId, text: str) -> Related | None:
    file = subject.snapshot.find(id)
    if file is None:
        return None
    other = Subject(subject.snapshot, file, file.document)
    span = next((s.span for s in scalars(other, "target_files") if s.text == text), other.heading)
    return Related(Location(file.path, span), f"{id} names it here")
