"""`log`: what the agent said."""

import re
from dataclasses import dataclass, replace

from chant_ls.analysis.resolve import Scope
from chant_ls.engine import guards
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import is_live
from chant_ls.model.refusal import Refusal

_HEADER = re.compile(r"^={80}\n# \S+: run (\d+), ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LogRequest:
    """`lines` from the end, 0 for all; `run` is a number of an attempt, `latest` or `all`."""

    id: str
    lines: int = 0
    run: str = "latest"


@dataclass(frozen=True, slots=True)
class Log:
    """`offset` is the byte where the text ends: `tail` goes on there. `running`: more comes."""

    id: str
    text: str
    run: str
    path: str
    offset: int
    running: bool


def log(engine: Engine, request: LogRequest) -> Log | Refusal:
    snapshot = engine.load()
    id = guards.find(snapshot, request.id, Scope.ALL, snapshot.today)
    if isinstance(id, Refusal):
        return id
    record = engine.runs.latest(id)
    if record is None:
        return Refusal(f"{id} has no log yet", f"`chant show {id}` tells whether it can be worked")
    running = is_live(engine, record)
    data = engine.runs.read_log(id)
    text = _chosen(data.decode("utf-8", errors="replace"), request.run)
    if text is None:
        return Refusal(f"{id} has no run {request.run}", f"`chant log {id} --run all` shows all")
    kept = text.splitlines(keepends=True)[-request.lines :] if request.lines else [text]
    path = str(engine.runs.log_path(id))
    return Log(id, "".join(kept), record.run, path, len(data), running)


def tail(engine: Engine, previous: Log) -> Log:
    """What came since; `running` is False once the run has ended and all is read."""
    running = is_live(engine, engine.runs.latest(previous.id))
    whole, newline, _ = engine.runs.read_log(previous.id, previous.offset).rpartition(b"\n")
    data = whole + newline
    text = data.decode("utf-8", errors="replace")
    return replace(previous, text=text, offset=previous.offset + len(data), running=running)


def _chosen(text: str, run: str) -> str | None:
    """The part of the log that one attempt wrote."""
    heads = list(_HEADER.finditer(text))
    if run == "all" or not heads:
        return text
    wanted = heads[-1][1] if run == "latest" else run
    for at, head in enumerate(heads):
        if head[1] == wanted:
            return text[head.start() : heads[at + 1].start() if at + 1 < len(heads) else None]
    return None
