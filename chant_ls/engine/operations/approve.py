"""`approve` and `reject`: a person's decision, written into the spec's file."""

from dataclasses import dataclass

from chant_ls.analysis.resolve import Scope
from chant_ls.engine import guards, specfile
from chant_ls.engine.decisions import decide, existing
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import busy
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


@dataclass(frozen=True, slots=True)
class ApproveRequest:
    """`approved` False rejects. `by` is who decides."""

    id: str
    by: str
    approved: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    id: str
    approved: bool
    by: str
    notes: tuple[str, ...] = ()


def approve(engine: Engine, request: ApproveRequest) -> Decided | Refusal:
    worker = guards.role(engine)
    if worker:
        return worker
    if not request.by.strip():
        return Refusal("nobody is named who decides", "`chant approve ID --by NAME`")
    snapshot = engine.load()
    id = guards.find(snapshot, request.id, Scope.ACTIVE, snapshot.today)
    if isinstance(id, Refusal):
        return id
    file = existing(snapshot, id)
    if isinstance(file, Refusal):
        return file
    refusal = busy(engine, engine.runs.latest(id))
    if refusal:
        return refusal
    verb = "approve" if request.approved else "reject"
    now = engine.clock.now()
    done = decide(engine, file, verb, lambda text: _decided(text, id, request, now))
    if isinstance(done, Refusal):
        return done
    return Decided(id, request.approved, request.by, done.notes)


def _decided(text: str, id: SpecId, request: ApproveRequest, now: str) -> str:
    word = "approved" if request.approved else "rejected"
    fields = {
        "approval.required": "true",
        "approval.status": word,
        "approval.by": request.by,
        "approval.at": now,
    }
    text = specfile.with_fields(text, id, fields)
    why = f": {request.reason}" if request.reason else ""
    return _discussed(text, f"- {now} {word} by {request.by}{why}")


def _discussed(text: str, line: str) -> str:
    """The reason stands at the end, below a heading of its own."""
    eol = "\r\n" if "\r\n" in text else "\n"
    words = " ".join(line.split())
    body = text.rstrip()
    heading = "## Approval Discussion"
    start = "" if f"{eol}{heading}{eol}" in body else f"{eol}{heading}{eol}{eol}"
    return f"{body}{eol}{start}{words}{eol}"
