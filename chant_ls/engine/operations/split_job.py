"""A split in a process of its own, for an editor that must not wait until its agent ends.

It belongs to whoever asked: when that process is gone nobody can take the answer, so it ends too.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from chant_ls.analysis.actions.splitting import Part
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import AgentStarted, Entry, JobFinished, RunEvent
from chant_ls.engine.launching import keep_supervisor, launch, refused
from chant_ls.engine.operations.split import Split, SplitRequest, propose
from chant_ls.engine.records import ProcessId
from chant_ls.engine.stops import StopToken
from chant_ls.model.refusal import Refusal

POLL = 0.3
"""Seconds between looks whether anybody still wants the answer."""

Say = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the agent thought of; `digest` is that of the text it read."""

    parts: tuple[Part, ...]
    digest: str


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def begin(engine: Engine, request: SplitRequest) -> str | Refusal:
    """The job, once its agent runs."""
    me = engine.processes.me()
    done = launch(engine, {"split": asdict(request), "owner": asdict(me)})
    return done if isinstance(done, Refusal) else done.job


def stop(engine: Engine, job: str) -> None:
    engine.runs.ask_stop(job, "cancel")


def proposal(engine: Engine, job: str) -> Proposal | Refusal:
    """What became of a job that ended."""
    told = engine.runs.job(f"{job}.split")
    if told is None:
        return Refusal("the split ended without a word", "nothing was changed; try again")
    rows = told.get("parts")
    if not isinstance(rows, list):
        return Refusal(str(told.get("message")), str(told.get("hint", "")))
    return Proposal(tuple(map(_part, rows)), str(told.get("digest")))


def supervised(engine: Engine, job: str, say: Say) -> int:
    """Has the agent think, and keeps its proposal; what it does goes to the journal of the job."""
    engine.processes.adopt_orphans()
    keep_supervisor(engine, job)
    data = dict(engine.runs.job(job) or {})
    told = data.get("split")
    request = SplitRequest(**told) if isinstance(told, dict) else SplitRequest("")
    wish = _wish(engine, job, data.get("owner"))

    def hear(event: RunEvent) -> None:
        engine.runs.append(job, [Entry(event, engine.clock.now(), "", request.id)])
        if isinstance(event, AgentStarted):
            say({"ok": True})

    done = propose(engine, request, hear, wish)
    word = refused(done) if isinstance(done, Refusal) else _kept(done)
    engine.runs.keep_job(f"{job}.split", word)
    code = int(isinstance(done, Refusal))
    engine.runs.append(job, [Entry(JobFinished(code), engine.clock.now())])
    say(word)
    return code


def _kept(split: Split) -> Mapping[str, object]:
    parts = [asdict(part) for part in split.parts]
    return {"ok": True, "parts": parts, "digest": digest_of(split.file.text)}


def _part(row: Mapping[str, object]) -> Part:
    known = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Part(**known)  # type: ignore[arg-type]  # our own JSON


def _wish(engine: Engine, job: str, owner: object) -> StopToken:
    """The wish that it stops: somebody cancelled it, or whoever asked is gone."""
    token = StopToken()
    process = ProcessId(**owner) if isinstance(owner, dict) else ProcessId()

    def watch() -> None:
        over = threading.Event()
        while engine.processes.alive(process) and not engine.runs.asked_stop(job):
            over.wait(POLL)
        token.ask("cancel")

    threading.Thread(target=watch, daemon=True).start()
    return token
