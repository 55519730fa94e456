"""`add --research`: a spec that finds out, and one that waits for what it found."""

from dataclasses import replace
from itertools import count

from chant_ls.analysis.actions.research import FINDINGS, QUESTIONS, criteria_of, slug_of
from chant_ls.analysis.graph import Relation
from chant_ls.analysis.snapshot import PathKind, Snapshot
from chant_ls.engine.engine import Engine
from chant_ls.engine.operations.add import Added, AddRequest, add
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecType

PROMPT = "research"


def add_research(
    engine: Engine, request: AddRequest, then_implement: bool = False
) -> tuple[Added, ...] | Refusal:
    """The spec of the research, then that of the implementation if there is to be one: type, prompt
    and targets of the request are those of the latter."""
    findings = _findings(engine, engine.load(), request.title)
    if not then_implement:
        done = _alone(engine, request, findings)
        return done if isinstance(done, Refusal) else (done,)
    wanted = _research(request, findings, f"Research: {request.title}")
    first = add(engine, replace(wanted, targets=(findings,), prompt=PROMPT))
    if isinstance(first, Refusal):
        return first
    second = add(engine, _implementation(request, first, findings))
    if isinstance(second, Refusal):
        return replace(second, details=(*second.details, f"{first.id} was written already"))
    return first, second


def _alone(engine: Engine, request: AddRequest, findings: str) -> Added | Refusal:
    """What it writes and how may be said otherwise."""
    if request.type not in (SpecType.RESEARCH, SpecType.CODE):
        why = f"research is of the type research, not {request.type}"
        return Refusal(why, "`--then-implement` adds a spec of another type")
    findings = request.targets[0] if request.targets else findings
    wanted = _research(request, findings, request.title)
    targets, prompt = request.targets or (findings,), request.prompt or PROMPT
    return add(engine, replace(wanted, targets=targets, prompt=prompt))


def _research(request: AddRequest, findings: str, title: str) -> AddRequest:
    return replace(
        request,
        title=title if request.title.strip() else "",
        type=SpecType.RESEARCH.value,
        body=QUESTIONS,
        criteria=criteria_of(findings),
    )


def _implementation(request: AddRequest, research: Added, findings: str) -> AddRequest:
    return replace(
        request,
        title=f"Implement: {request.title}",
        depends_on=(research.id,),
        informed_by=(findings, *request.informed_by),
    )


def _findings(engine: Engine, snapshot: Snapshot, title: str) -> str:
    """A file that is not there and that no spec is to write."""
    slug = slug_of(title) or "findings"
    names = (f"{FINDINGS}/{slug}{f'-{n}' if n > 1 else ''}.md" for n in count(1))
    return next(name for name in names if not _taken(engine, snapshot, name))


def _taken(engine: Engine, snapshot: Snapshot, path: str) -> bool:
    there = engine.files.fact(path).kind is not PathKind.NOTHING
    return there or bool(snapshot.graph.named_by(Relation.TARGET, path))
