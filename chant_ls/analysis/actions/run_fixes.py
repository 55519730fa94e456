"""Quick fixes that are verbs of the execution core."""

from collections.abc import Iterator

from chant_ls.analysis import doable
from chant_ls.analysis.actions.fix import fix
from chant_ls.analysis.actions.verbs import reason
from chant_ls.analysis.rules.rule import Subject
from chant_ls.analysis.types import Action, ActionKind, Diagnostic, Run
from chant_ls.model.lifecycle import Event
from chant_ls.model.refusal import Refusal


def _verb(
    subject: Subject, diagnostic: Diagnostic, title: str, verb: str, refusal: Refusal | None
) -> Action:
    run = None if refusal else Run(f"chant.{verb}", {"spec": subject.id})
    why, kind = reason(refusal), ActionKind.QUICK_FIX
    return Action(title, kind, run=run, disabled=why, fixes=(diagnostic,))


@fix("stale-run")
def fix_stale_run(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    snapshot, id = subject.snapshot, subject.id
    refusal = doable.moving(snapshot, id, Event.RESET)
    yield _verb(subject, diagnostic, "Reset: make it pending again", "reset", refusal)
    refusal = doable.resuming(snapshot, id)
    yield _verb(subject, diagnostic, "Resume: continue in the kept worktree", "resume", refusal)


@fix("too-complex")
def fix_complexity(subject: Subject, diagnostic: Diagnostic) -> Iterator[Action]:
    refusal = doable.splitting(subject.snapshot, subject.id)
    yield _verb(subject, diagnostic, "Split into members", "split", refusal)
