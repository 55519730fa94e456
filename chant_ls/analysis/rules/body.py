"""What the text below the frontmatter must have."""

from collections.abc import Iterator

from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.types import Severity
from chant_ls.model.spec import SpecType, Status
from chant_ls.syntax.text import Span


@rule("missing-title", Severity.WARNING)
def missing_title(subject: Subject) -> Iterator[Finding]:
    """The spec has no `# ` heading, so lists show no title and commits have no subject.

    An error while the spec is being worked.

    **Fix:** the quick fix writes a heading at the beginning of the body.

    ```markdown
    ---
    type: code
    ---

    # Refactor the lock module
    ```
    """
    if subject.document.body.title is None:
        worked = subject.status is Status.IN_PROGRESS
        severity = Severity.ERROR if worked else None
        yield Finding(subject.heading, "the spec has no `# ` title", severity=severity)


@rule("missing-criteria", Severity.WARNING, project=True)
def missing_criteria(subject: Subject) -> Iterator[Finding]:
    """A `code` or `task` spec that is still to be done has no acceptance criteria.

    Without criteria neither the agent nor you can tell when it is done.

    **Fix:** add a section with at least one box; a trailing `` `$ command` `` checks it.

    ```markdown
    ## Acceptance Criteria

    - [ ] Tests pass `$ pytest -q`
    ```
    """
    wanting = subject.facts.type in (SpecType.CODE, SpecType.TASK)
    if not wanting or subject.finished or subject.container:
        return
    if not subject.document.body.criteria:
        yield Finding(subject.heading, "the spec has no acceptance criteria")


@rule("criteria-heading", Severity.WARNING)
def criteria_heading(subject: Subject) -> Iterator[Finding]:
    """The heading of the acceptance criteria is not at level two.

    chant finds it all the same; other tools look for `## Acceptance Criteria` only, and see a spec
    without criteria.

    **Fix:** write the heading with two `#`.

    ```markdown
    ### Acceptance Criteria     <!-- write ## Acceptance Criteria -->
    ```
    """
    heading = subject.document.body.criteria_heading
    if heading is not None and heading.level != 2:
        level = "#" * heading.level
        message = f"other tools miss criteria below `{level}`; write `## Acceptance Criteria`"
        yield Finding(heading.span, message)


@rule("overdue", Severity.WARNING)
def overdue(subject: Subject) -> Iterator[Finding]:
    """An open item starts with a date that has passed.

    **Fix:** do it and tick the box, or write another date.

    ```markdown
    - [ ] 2026-01-15: Notify affected projects
    ```
    """
    today = subject.snapshot.today
    if subject.finished or not today:
        return
    for box in subject.document.body.boxes:
        if box.date and box.date < today and not box.done:
            start = box.text_span.start
            yield Finding(Span(start, start + len(box.date)), f"was due on {box.date}")


@rule("too-complex", Severity.INFO, project=True)
def too_complex(subject: Subject) -> Iterator[Finding]:
    """The spec has more criteria, target files or words than one run does well.

    The limits are `lint.thresholds` in `.chant/config.md`: `criteria` (10), `files` (5) and
    `words` (0, which means any number).

    **Fix:** the quick fix splits it into members that are worked one after another.
    """
    limits, facts = subject.snapshot.config.thresholds, subject.facts
    if subject.finished or subject.container:
        return
    amounts = (
        (facts.criteria.total, limits.criteria, "criteria"),
        (len(facts.target_files), limits.files, "target files"),
        (subject.document.words if limits.words else 0, limits.words, "words"),
    )
    over = [f"{n} {what} (more than {most})" for n, most, what in amounts if n > most > 0]
    if over:
        yield Finding(subject.heading, f"too much for one run: {', '.join(over)}")
