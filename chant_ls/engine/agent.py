"""The step in which the agent works."""

from collections.abc import Callable, Sequence
from pathlib import Path

from chant_ls.engine.agents import table
from chant_ls.engine.agents.listener import Listener
from chant_ls.engine.agents.table import Call
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import (
    AgentEnded,
    AgentStarted,
    Note,
    Output,
    Result,
    RunEvent,
    Tool,
)
from chant_ls.engine.guards import Approved
from chant_ls.engine.live import Live, Verdict, refused
from chant_ls.engine.ports import Command, Ended, OnLines
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState, Usage

MOST_OUTPUT = 64 << 20
"""So many characters of an agent's output go into journal and log."""


def work(run: Live) -> Verdict | None:
    """Starts the agent and follows it to its end; then nothing of its tree is left."""
    start = command(run.engine, run.approved, run.record, run.prompt, run.copy)
    listener = Listener(run.approved.provider)
    hear = _heard(run, listener)
    ended = run.engine.processes.run(start, _started(run, start), hear, run.stop)
    if isinstance(ended, Refusal):
        return refused(ended)
    _tell(run, listener.end())
    run.ended, run.agent_error = ended, listener.trouble(ended.well)
    if listener.usage:
        run.keep(usage=listener.usage)
    run.emit(AgentEnded(ended.code, round(ended.seconds, 3), ended.reason))
    run.log(_footer(ended))
    return None


def environment(run: Live) -> dict[str, str]:
    return surroundings(run.engine, run.record, run.copy)


def surroundings(engine: Engine, record: RunRecord, copy: Path) -> dict[str, str]:
    """The user's environment, without what would lead git astray, and ours. `copy` is the agent's
    own file of the spec."""
    users = {key: value for key, value in engine.env.items() if not key.startswith("GIT_")}
    ours = {
        "CHANT_SPEC_ID": record.spec,
        "CHANT_SPEC_FILE": str(copy),
        "CHANT_WORKTREE": "1",
        "CHANT_WORKTREE_PATH": record.worktree,
        "CHANT_BRANCH": record.branch,
        "CHANT_ATTEMPT": str(record.attempt),
        "CHANT_ROOT": str(engine.root),
        "CHANT_ROLE": "worker",
        "CHANT_RUN": run_mark(engine.runs.folder, record.run),
    }
    return {**users, **ours}


def run_mark(folder: Path, run: str) -> str:
    """By which strays of a run are known on this machine."""
    return str(folder / "runs" / run)


def command(
    engine: Engine, approved: Approved, record: RunRecord, prompt: str, copy: Path
) -> Command:
    """How the agent of a spec is started in the worktree of the record. Its prompt is kept in a
    file until `drop_prompt`."""
    provider = approved.provider
    file = engine.runs.keep_prompt(record.run, prompt)
    call = Call(prompt, str(file), record.model)
    argv = table.argv(provider, engine.files, approved.document, call)
    takes_stdin = provider.prompt == "stdin" and bool(provider.command)
    stdin = prompt.encode("utf-8", errors="surrogateescape") if takes_stdin else None
    folder = Path(record.worktree) / engine.git.prefix
    cwd = folder if folder.is_dir() else Path(record.worktree)
    env, own = surroundings(engine, record, copy), run_mark(engine.runs.folder, record.run)
    return Command(argv, cwd, env, stdin, float(provider.timeout), own)


def _started(run: Live, start: Command) -> Callable[[ProcessId], None]:
    def started(process: ProcessId) -> None:
        run.keep(agent=process, state=RunState.RUNNING)
        run.emit(AgentStarted(process.pid, start.argv))
        run.engine.fault("running")
        run.on_agent(run.record)

    return started


def _heard(run: Live, listener: Listener) -> OnLines:
    room = MOST_OUTPUT

    def heard(lines: Sequence[tuple[str, str]]) -> None:
        nonlocal room
        events: list[RunEvent] = []
        for stream, text in lines:
            told = listener.hear(stream, text)
            run.last_lines.extend(event.text for event in told if isinstance(event, Output))
            if room <= 0:
                told = tuple(event for event in told if not isinstance(event, Output))
            elif (room := room - _size(told)) <= 0:
                told = (*told, Note("the agent's further output is not kept: there is too much"))
            events += told
        _tell(run, events)

    return heard


def _size(events: Sequence[RunEvent]) -> int:
    return sum(len(event.text) + 1 for event in events if isinstance(event, Output))


def _tell(run: Live, events: Sequence[RunEvent]) -> None:
    if events:
        run.log(*map(told_line, events))
        run.emit(*events)


def told_line(event: RunEvent) -> str:
    if isinstance(event, Output):
        return event.text if event.stream != "stderr" else f"! {event.text}"
    if isinstance(event, Tool):
        return f"[{event.name}] {event.detail}".rstrip()
    if isinstance(event, Result):
        return f"# {'error' if event.error else 'done'}: {event.text}".rstrip(": ")
    if isinstance(event, Usage):
        return f"# used: {event.words()}"
    if isinstance(event, AgentStarted):
        return f"# agent: {' '.join(event.command)}"
    if isinstance(event, AgentEnded):
        return _ending(event.code, event.seconds, event.reason)
    return f"# {event.text}" if isinstance(event, Note) else str(event)


def _footer(ended: Ended) -> str:
    return _ending(ended.code, ended.seconds, ended.reason)


def _ending(code: int, seconds: float, reason: str) -> str:
    why = f" ({reason})" if reason else ""
    return f"# agent ended with exit code {code} after {seconds:.1f} s{why}"
