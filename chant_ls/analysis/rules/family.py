"""Drivers and members, ids and files, what a type must name."""

from collections.abc import Iterator

from chant_ls.analysis.rules.rule import Finding, Subject, heading_of, rule
from chant_ls.analysis.types import Location, Related, Severity
from chant_ls.model.spec import SpecType, member_numbers, parent_id


@rule("orphan-member", Severity.WARNING, project=True)
def orphan_member(subject: Subject) -> Iterator[Finding]:
    """The file's name ends in `.N`, so it is a member, but there is no driver of that name.

    **Fix:** create the driver, or give the spec an id of its own.
    """
    driver = parent_id(subject.id)
    if driver is not None and driver not in subject.snapshot.graph:
        yield Finding(subject.heading, f"a member of `{driver}`, which does not exist")


@rule("member-gap", Severity.WARNING, project=True)
def member_gap(subject: Subject) -> Iterator[Finding]:
    """The numbers of a driver's members leave one out, so a member may have been lost.

    **Fix:** look for the missing file in the archive's history, or number the members anew.
    """
    members = subject.snapshot.graph.members(subject.id)
    numbers = {member_numbers(one)[-1] for one in members if parent_id(one) == subject.id}
    missing = sorted(set(range(1, max(numbers, default=0))) - numbers)[:5]
    if missing:
        names = ", ".join(f"`.{number}`" for number in missing)
        yield Finding(subject.heading, f"members are numbered with a gap: no {names}")


@rule("duplicate-id", Severity.ERROR, project=True)
def duplicate_id(subject: Subject) -> Iterator[Finding]:
    """Two files have the same name, so one id means two specs. The active one counts before an
    archived one, else the first by path.

    **Fix:** rename or remove one of them.
    """
    paths = subject.snapshot.graph.paths_of(subject.id)
    others = [path for path in paths if path != subject.file.path]
    if others:
        files = ((path, subject.snapshot.files[path]) for path in others)
        related = tuple(
            Related(Location(path, heading_of(file.document)), "the same id here")
            for path, file in files
        )
        yield Finding(subject.heading, f"the id is also that of {', '.join(others)}", related)


@rule("research-inputs", Severity.WARNING)
def research_inputs(subject: Subject) -> Iterator[Finding]:
    """A research spec names nothing to read (`informed_by` or `origin`), or no file for what it
    finds (`target_files`).

    ```yaml
    type: research
    informed_by: [benchmarks/storage_bench.rs]
    target_files: [.chant/research/storage.md]
    ```
    """
    if subject.facts.type is SpecType.RESEARCH and not subject.finished:
        if not (_has(subject, "informed_by") or _has(subject, "origin")):
            message = "research without `informed_by` or `origin`: name what it starts from"
            yield Finding(subject.value_span("type"), message)
        yield from _without_target(subject, "research")


@rule("documentation-inputs", Severity.WARNING)
def documentation_inputs(subject: Subject) -> Iterator[Finding]:
    """A documentation spec names no file that it describes (`tracks`), or none that it writes
    (`target_files`).

    ```yaml
    type: documentation
    tracks: [src/lock/**]
    target_files: [docs/locking.md]
    ```
    """
    if subject.facts.type is SpecType.DOCUMENTATION and not subject.finished:
        if not _has(subject, "tracks"):
            message = "documentation without `tracks`: name the files it describes"
            yield Finding(subject.value_span("type"), message)
        yield from _without_target(subject, "documentation")


def _has(subject: Subject, name: str) -> bool:
    entry = subject.document.entry(name)
    return entry is not None and entry.value.span.start < entry.value.span.end


def _without_target(subject: Subject, kind: str) -> Iterator[Finding]:
    if not subject.facts.target_files:
        message = f"{kind} without `target_files`: name the file it writes"
        yield Finding(subject.value_span("type"), message)
