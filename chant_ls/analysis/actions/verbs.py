"""Verbs of the execution core, offered where a spec stands; those that cannot be now say why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chant_ls.analysis import doable
from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Action, ActionKind, Run
from chant_ls.model.lifecycle import Event
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

Check = Callable[[Snapshot, SpecId], Refusal | None]


@dataclass(frozen=True, slots=True)
class Verb:
    title: str
    command: str
    check: Check
    more: dict[str, object] = field(default_factory=dict)


def _event(event: Event) -> Check:
    return lambda snapshot, id: doable.moving(snapshot, id, event)


def _decision(approved: bool) -> Check:
    return lambda snapshot, id: doable.deciding(snapshot, id, approved)


VERBS: tuple[Verb, ...] = (
    Verb("Work", "chant.work", doable.working),
    Verb(
        "Work with its unmet dependencies",
        "chant.work",
        doable.working_chain,
        {"chain": True},
    ),
    Verb("Merge", "chant.merge", doable.merging),
    Verb("Cancel", "chant.cancel", _event(Event.CANCEL)),
    Verb("Resume", "chant.resume", doable.resuming),
    Verb("Reset: make it pending again", "chant.reset", _event(Event.RESET)),
    Verb("Approve", "chant.approve", _decision(True)),
    Verb("Reject", "chant.reject", _decision(False)),
    Verb("Show the log", "chant.log", doable.logging),
    Verb("Split into members (by an agent)", "chant.split", doable.splitting),
)


def verbs(ask: Ask) -> Iterator[Action]:
    """All verbs for the asked file's spec. None in a file that is not the one of its id."""
    id = ask.subject.file.facts.id
    if ask.snapshot.graph.path_of(id) != ask.path:
        return
    for verb in VERBS:
        refusal = verb.check(ask.snapshot, id)
        run = None if refusal else Run(verb.command, {"spec": id, **verb.more})
        yield Action(verb.title, ActionKind.VERB, run=run, disabled=reason(refusal))


def reason(refusal: Refusal | None) -> str:
    """One line of a refusal, as a client shows it beside a disabled action."""
    if refusal is None:
        return ""
    return f"{refusal.message}; {refusal.hint}" if refusal.hint else refusal.message
