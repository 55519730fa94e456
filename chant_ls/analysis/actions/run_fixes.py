"""Quick fixes that are verbs of the execution core."""

from collections.abc import Iterator

from chant_ls.analysis.actions.fix import fix
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Diagnostic, Run


def _verb(subject: Subject, diagnostic: Diagnostic, title: str, verb: str) -> Action:
    run = Run(f"chant.{verb}", {"spec": subject.id})
    return Action(title, ActionKind.QUICK_FIX, run=run, fixes=(diagnostic,))


@fix("stale-run")
def fix_stale_run(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield _verb(subject, diagnostic, "Reset: make it pending again", "reset")
    resume = _verb(subject, diagnostic, "Resume: continue in the kept worktree", "resume")
    if subject.snapshot.run(subject.id) is None:
        reason = "no run of it is on record, so there is nothing to continue"
        resume = Action(resume.title, resume.kind, disabled=reason, fixes=(diagnostic,))
    yield resume


@fix("too-complex")
def fix_complexity(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    yield _verb(subject, diagnostic, "Split into members", "split")
