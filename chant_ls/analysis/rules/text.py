"""Faults of the text itself, found by the parser."""

from collections.abc import Iterator

from chant_ls.analysis.rules.rule import Finding, Subject, rule
from chant_ls.analysis.types import Severity


def _problems(subject: Subject, code: str) -> Iterator[Finding]:
    for problem in subject.document.problems:
        if problem.code == code:
            yield Finding(problem.span, problem.message)


@rule("frontmatter-unclosed", Severity.ERROR, archived=True)
def frontmatter_unclosed(subject: Subject) -> Iterator[Finding]:
    """The frontmatter begins with `---` but no second `---` line ends it.

    Without that line nobody can tell fields from prose, so the spec counts as having no fields.

    **Fix:** write `---` on a line of its own behind the last field.

    ```markdown
    ---
    type: code
    ---

    # Title
    ```
    """
    yield from _problems(subject, "frontmatter-unclosed")


@rule("yaml-syntax", Severity.ERROR, archived=True)
def yaml_syntax(subject: Subject) -> Iterator[Finding]:
    """The frontmatter is not YAML that can be read.

    While it is broken, the project goes on with the spec's last readable fields.

    **Fix:** look at the marked place: a missing blank behind a colon, an open quote or bracket, a
    tab used to indent, a value that starts with `@`, `` ` ``, `%` or `*` (put it in quotes).

    ```yaml
    labels: [a, b     # the bracket is not closed
    ```
    """
    yield from _problems(subject, "yaml-syntax")


@rule("duplicate-key", Severity.ERROR, archived=True)
def duplicate_key(subject: Subject) -> Iterator[Finding]:
    """A field stands twice. Only the first one counts, so the second misleads its reader.

    **Fix:** remove one, or join the two lists.

    ```yaml
    labels: [bug]
    labels: [urgent]   # write labels: [bug, urgent]
    ```
    """
    yield from _problems(subject, "duplicate-key")


@rule("conflict-markers", Severity.ERROR, archived=True)
def conflict_markers(subject: Subject) -> Iterator[Finding]:
    """Git left a merge conflict in the file. Nothing else is checked until it is resolved.

    **Fix:** keep one side or join both, and remove the lines with `<<<<<<<`, `=======` and
    `>>>>>>>`. Conflicts quoted in a fenced code block are left alone.

    ```text
    <<<<<<< HEAD
    status: pending
    =======
    status: completed
    >>>>>>> other
    ```
    """
    yield from _problems(subject, "conflict-markers")
