"""Specs named in prose, and private specs named anywhere."""

from collections.abc import Iterator

from chant_ls.analysis.graph import Relation
from chant_ls.analysis.occurrences import occurrences, spec_of
from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.rules.references import scalars
from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.types import Resolved, Severity
from chant_ls.model.spec import SpecId, root_id
from chant_ls.syntax.text import Span


def _named(subject: Subject, *fields: str) -> Iterator[tuple[Span, SpecId]]:
    for field in fields:
        for scalar in scalars(subject, field):
            meaning = resolve(subject.snapshot, scalar.text, Scope.REFERENCE)
            if isinstance(meaning, Resolved):
                yield scalar.span, meaning.id


def _mentioned(subject: Subject) -> Iterator[tuple[Span, SpecId]]:
    for mention in subject.document.body.mentions:
        if mention.text in subject.snapshot.graph:
            yield mention.span, SpecId(mention.text)


@rule("body-reference", Severity.HINT, project=True)
def body_reference(subject: Subject) -> Iterator[Finding]:
    """The prose names a spec that is neither in `depends_on` nor in `informed_by`. Prose alone
    orders nothing, and the agent does not get that spec's text.

    Drivers, the spec's own family, and finished specs are left alone.

    **Fix:** the quick fixes add the id to `informed_by` or to `depends_on`.
    """
    if subject.finished or subject.container:
        return
    known = {id for _, id in _named(subject, "depends_on", "informed_by")}
    for span, id in _mentioned(subject):
        if id not in known and root_id(id) != root_id(subject.id):
            known.add(id)
            message = f"{id} is named here, but neither in `depends_on` nor in `informed_by`"
            yield Finding(span, message, data={"id": id})


@rule("private-tracked", Severity.ERROR, archived=True)
def private_tracked(subject: Subject) -> Iterator[Finding]:
    """A spec labelled `private` is tracked by git: whoever gets the repository can read it, and
    what was committed stays in the history.

    **Fix:** take it out of the index with `git rm --cached`, and remember that commits made so far
    still hold it.
    """
    if subject.facts.private and subject.file.tracked:
        labels = scalars(subject, "labels")
        span = next((one.span for one in labels if one.text == "private"), subject.heading)
        yield Finding(span, "labelled `private`, but git tracks the file")


@rule("private-reference", Severity.WARNING, archived=True, project=True)
def private_reference(subject: Subject) -> Iterator[Finding]:
    """A spec that others can read names one that is labelled `private`, and so tells that it
    exists.

    **Fix:** remove the mention, or label this spec `private` too.
    """
    secret = subject.snapshot.graph.named_by(Relation.LABEL, "private")
    if subject.facts.private or not secret:
        return
    for one in occurrences(subject.file):
        if (id := spec_of(subject.snapshot, one)) in secret:
            yield Finding(one.span, f"{id} is private; this spec is not")
