"""`log`: what the agent said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chant_ls.analysis.resolve import Scope
from chant_ls.engine import guards
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, Finished
from chant_ls.engine.liveness import is_live
from chant_ls.engine.operations.work import attach
from chant_ls.engine.records import RunRecord
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
    record = _newest(engine, request.id)
    if isinstance(record, Refusal):
        return record
    id, running = record.spec, is_live(engine, record)
    data = engine.runs.read_log(id)
    text = _chosen(data.decode("utf-8", errors="replace"), request.run)
    if text is None:
        return _no_run(id, request.run)
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


def journal(engine: Engine, request: LogRequest, follow: bool) -> Iterator[Entry] | Refusal:
    """The events of a spec's runs; `lines` are the last so many of them. `follow`: what is still to
    come, too, while the newest of them goes on."""
    newest = _newest(engine, request.id)
    if isinstance(newest, Refusal):
        return newest
    if request.run == "latest":
        chosen: tuple[RunRecord, ...] = (newest,)
    else:
        every, wanted = engine.runs.runs_of(newest.spec), request.run
        chosen = tuple(each for each in every if wanted in ("all", str(each.attempt)))
    if not chosen:
        return _no_run(newest.spec, request.run)
    return _entries(engine, chosen, request.lines, follow)


def _entries(
    engine: Engine, records: tuple[RunRecord, ...], lines: int, follow: bool
) -> Iterator[Entry]:
    found, offset = list[Entry](), 0
    for record in records:
        entries, offset = engine.runs.entries(record.job)
        found += [entry for entry in entries if entry.run == record.run]
    yield from found[-lines:] if lines else found
    last = records[-1]
    if not follow or not is_live(engine, last):
        return
    for entry in attach(engine, last.job, offset):
        if entry and entry.run == last.run:
            yield entry
            if isinstance(entry.event, Finished):
                return


def _newest(engine: Engine, text: str) -> RunRecord | Refusal:
    snapshot = engine.load()
    id = guards.find(snapshot, text, Scope.ALL, snapshot.today)
    if isinstance(id, Refusal):
        return id
    hint = f"`chant show {id}` tells whether it can be worked"
    return engine.runs.latest(id) or Refusal(f"{id} has no log yet", hint)


def _no_run(id: str, run: str) -> Refusal:
    return Refusal(f"{id} has no run {run}", f"`chant log {id} --run all` shows all")


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
