"""A job, kept and handed to a process of its own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Launched:
    """`word` is the first thing its process said: that an agent runs, or that all is done."""

    job: str
    word: Mapping[str, object]


def launch(engine: Engine, data: Mapping[str, object]) -> Launched | Refusal:
    """Returns with the first word of the job's process."""
    stamp = engine.clock.now().replace("-", "").replace(":", "")
    job = f"{stamp}-{secrets.token_hex(3)}"
    engine.runs.keep_job(job, data)
    word = engine.launcher.start(job)
    if word.get("ok"):
        return Launched(job, word)
    if not word:
        why = f"the supervisor ended without a word; {engine.runs.errors_path(job)} may tell why"
        return Refusal(why, "`chant recover` tidies up")
    details = word.get("details")
    lines = tuple(map(str, details)) if isinstance(details, list) else ()
    return Refusal(str(word.get("message")), str(word.get("hint", "")), lines)


def refused(refusal: Refusal) -> Mapping[str, object]:
    """The word that `launch` answers as this refusal."""
    details = list(refusal.details)
    return {"ok": False, "message": refusal.message, "hint": refusal.hint, "details": details}


def keep_supervisor(engine: Engine, job: str) -> None:
    """This process is the one that sees the job to its end."""
    me = engine.processes.me()
    engine.runs.keep_job(f"{job}.pid", {"supervisor": {"pid": me.pid, "identity": me.identity}})
