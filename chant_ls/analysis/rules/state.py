"""The stored status and what must go with it."""

from collections.abc import Iterator

from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.types import Severity
from chant_ls.model.spec import COMPUTED, Status
from chant_ls.syntax.nodes import Mapping, Scalar


def _stored(subject: Subject) -> Scalar | None:
    entry = subject.document.entry("status")
    return entry.value if entry and isinstance(entry.value, Scalar) else None


@rule("stored-status", Severity.HINT)
def stored_status(subject: Subject) -> Iterator[Finding]:
    """The file holds `ready` or `blocked`. Both are computed from what the spec waits for, and
    read as `pending` where they are stored.

    **Fix:** the quick fix writes `pending`.

    ```yaml
    status: ready   # write status: pending
    ```
    """
    value = _stored(subject)
    if value is not None and value.text in set(COMPUTED):
        yield Finding(value.span, f"`{value.text}` is computed; stored, it reads as `pending`")


@rule("stale-run", Severity.WARNING, project=True)
def stale_run(subject: Subject) -> Iterator[Finding]:
    """The file says `in_progress`, but no run of the spec is alive. An older tool, or a run that
    was killed, left it so.

    **Fix:** `chant reset <id>` makes it pending again, `chant resume <id>` continues in the
    worktree that the last run left.
    """
    value, run = _stored(subject), subject.snapshot.run(subject.id)
    if value is not None and value.text == Status.IN_PROGRESS and not (run and run.live):
        yield Finding(value.span, "stored as in progress, but no run of it is alive")


@rule("unchecked-completed", Severity.WARNING)
def unchecked_completed(subject: Subject) -> Iterator[Finding]:
    """The spec is stored as completed while acceptance criteria are open.

    **Fix:** tick what is done, or `chant reset <id>` the spec. Criteria left open on purpose are
    counted in `criteria_waived`.
    """
    value, criteria = _stored(subject), subject.document.body.criteria
    open_ones = sum(not one.done for one in criteria)
    if value is None or value.text != Status.COMPLETED or not open_ones:
        return
    if subject.document.entry("criteria_waived") is None:
        of = f"{open_ones} of {len(criteria)} criteria"
        yield Finding(value.span, f"completed with {of} open")


@rule("completed-fields", Severity.HINT)
def completed_fields(subject: Subject) -> Iterator[Finding]:
    """A completed spec does not say when it was completed, or by which commits. Drivers and groups
    have no commits of their own.

    **Fix:** add `completed_at` and `commits`, if you still know them.

    ```yaml
    status: completed
    completed_at: 2026-01-30T10:00:00Z
    commits: [8988467]
    ```
    """
    value = _stored(subject)
    if value is None or value.text != Status.COMPLETED:
        return
    missing = [] if subject.document.entry("completed_at") else ["`completed_at`"]
    commits = subject.document.entry("commits") or subject.document.entry("commit")
    if commits is None and not subject.container:
        missing.append("`commits`")
    if missing:
        yield Finding(value.span, f"completed without {' and '.join(missing)}")


@rule("approval-fields", Severity.ERROR)
def approval_fields(subject: Subject) -> Iterator[Finding]:
    """The parts of `approval` do not fit together: a decision must say who took it and when, and
    what is still pending has nobody yet.

    **Fix:** `chant approve <id> --by NAME` and `chant reject <id> --by NAME` write all parts.

    ```yaml
    approval:
      required: true
      status: approved
      by: Ada
      at: 2026-01-30T10:00:00Z
    ```
    """
    entry = subject.document.entry("approval")
    if entry is None or not isinstance(entry.value, Mapping):
        return
    rows = {one.key.text: one.value for one in entry.value.entries}
    texts = {k: v.text for k, v in rows.items() if isinstance(v, Scalar) and not v.null}
    status = texts.get("status", "pending")
    if status in ("approved", "rejected"):
        for name in ("by", "at"):
            if name not in texts:
                yield Finding(rows["status"].span, f"{status} without `{name}`")
    elif status == "pending" and "by" in texts:
        yield Finding(rows["by"].span, "nobody has decided yet, so `by` must not be there")
