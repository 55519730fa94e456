"""Runs the rules over specs, each by itself."""

import logging
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from traceback import format_exception

from chant_ls.analysis.affected import affected
from chant_ls.analysis.rules import RULES
from chant_ls.analysis.rules.rule import Finding, Rule, Subject
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Diagnostic, Severity
from chant_ls.model.spec import natural_key

__all__ = ["Crashed", "affected", "check_document", "check_workspace", "log_crash"]

MOST_OF_A_CODE = 100
"""Diagnostics of a rule in a file; nobody reads more, and each costs."""

_AND_MORE = " (there are more of these in the file)"

Crashed = Callable[[str, Exception], None]
"""Told the code of a rule that failed and how."""


def log_crash(code: str, error: Exception) -> None:
    """Logs each fault of a rule once."""
    _log_once(code, "".join(format_exception(error)))


@lru_cache(maxsize=256)
def _log_once(code: str, trace: str) -> None:
    logging.getLogger(__name__).error("rule %s failed\n%s", code, trace)


def check_document(
    snapshot: Snapshot, path: str, crashed: Crashed = log_crash
) -> tuple[Diagnostic, ...]:
    """The diagnostics of one file, in the order of its text. Walks over no other specs.

    A rule that crashes loses its own findings only.
    """
    file = snapshot.files.get(path)
    if file is None:
        return ()
    subject = Subject(snapshot, file, file.document)
    found = [one for rule in _rules(subject) for one in _run(rule, subject, crashed)]
    return tuple(sorted(found, key=lambda one: (one.span, one.code, one.message)))


def check_workspace(
    snapshot: Snapshot, crashed: Crashed = log_crash
) -> Iterator[tuple[str, tuple[Diagnostic, ...]]]:
    """Every file with its diagnostics, by natural order of ids."""
    by_id = sorted(snapshot.files.values(), key=lambda f: (natural_key(f.facts.id), f.path))
    for file in by_id:
        yield file.path, check_document(snapshot, file.path, crashed)


def _rules(subject: Subject) -> Iterator[Rule]:
    if any(problem.code == "conflict-markers" for problem in subject.document.problems):
        yield RULES["conflict-markers"]
        return
    for rule in RULES.values():
        if rule.archived or not subject.file.archived:
            yield rule


def _run(rule: Rule, subject: Subject, crashed: Crashed) -> list[Diagnostic]:
    level = subject.snapshot.config.rules.get(rule.code, "")
    if level == "off" or (rule.project and not subject.snapshot.complete):
        return []
    try:
        findings = islice(rule.check(subject), MOST_OF_A_CODE + 1)
        return _bounded([_diagnostic(rule, finding, level) for finding in findings])
    except Exception as error:  # noqa: BLE001  a rule's fault must not hide what others found
        crashed(rule.code, error)
        return []


def _bounded(found: list[Diagnostic]) -> list[Diagnostic]:
    if len(found) <= MOST_OF_A_CODE:
        return found
    last = found[MOST_OF_A_CODE - 1]
    return [*found[: MOST_OF_A_CODE - 1], last._replace(message=f"{last.message}{_AND_MORE}")]


def _diagnostic(rule: Rule, finding: Finding, level: str) -> Diagnostic:
    severity = Severity(level) if level in set(Severity) else finding.severity or rule.severity
    return Diagnostic(
        rule.code, severity, finding.span, finding.message, finding.related, finding.data
    )
