"""The agent at a conflict: it works in the conflicted folder, and what it leaves is judged like a
person's work, and by the project's `verify` commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chant_ls.engine import guards, merge_state, prompt, specfile
from chant_ls.engine.agent import surroundings, told_line
from chant_ls.engine.agents import table
from chant_ls.engine.agents.listener import Listener
from chant_ls.engine.agents.table import Call
from chant_ls.engine.checks import ran
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import (
    AgentEnded,
    AgentStarted,
    CheckRan,
    Note,
    RunEvent,
    Tell,
    quiet,
)
from chant_ls.engine.merge_state import MergeState, Step
from chant_ls.engine.ports import Command
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.engine.resolution import Unfit, accepted
from chant_ls.model.config import Provider
from chant_ls.model.refusal import Refusal
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document

ATTEMPTS = 2
PROMPT = "merge-conflict"

_TASK = """\
## This conflict

`{branch}` is {doing} `{target}`. In conflict, in `{folder}`:

{paths}
"""

_AGAIN = """\
## The attempt before this one

It was not accepted: {why}
"""


def agent_for(engine: Engine, record: RunRecord) -> Provider | Refusal:
    """The agent that would settle conflicts of this run."""
    chosen = guards.agent(engine, _document(engine, record))
    if isinstance(chosen, Refusal):
        return chosen
    if chosen.name == table.SHELL and not chosen.command:
        return Refusal(
            "provider shell runs the blocks of a spec: it cannot settle a conflict",
            "settle it by hand, or name an agent: `defaults: {provider: …}` in .chant/config.md",
        )
    return chosen


def resolve(
    engine: Engine, record: RunRecord, state: MergeState, tell: Tell = quiet
) -> str | Refusal:
    """The tree of a resolution that was accepted; else what remains, in a folder that is still in
    conflict. At most `ATTEMPTS` agents are started."""
    provider = agent_for(engine, record)
    if isinstance(provider, Refusal):
        left = merge_state.told(state)
        return Refusal(f"{state.spec}: {provider.message}", left.hint, left.details)
    why = ""
    for _ in range(ATTEMPTS):
        told = _Attempt(engine, record, state, provider, tell).run(why)
        tree = Unfit(told) if told else _judged(engine, record, state, tell)
        if isinstance(tree, str):
            return tree
        no = tree.refusal
        tell(Note(f"not accepted: {no.message}"))
        if tree.lost:
            return no
        why = "\n".join((no.message, *no.details))
    left = merge_state.told(state)
    return Refusal(f"{state.spec}: no agent settled it: {no.message}", left.hint, no.details)


@dataclass(frozen=True, slots=True)
class _Attempt:
    engine: Engine
    record: RunRecord
    state: MergeState
    provider: Provider
    tell: Tell

    def run(self, why: str) -> Refusal | None:
        """Why the agent gave nothing to judge."""
        engine, run = self.engine, self.record.run
        text = _prompt(engine, self.record, self.state, why)
        if isinstance(text, Refusal):
            return text
        stash, listener = engine.git.stash(), Listener(self.provider)
        file = engine.runs.keep_prompt(run, text)
        try:
            command = self._command(text, str(file))
            ended = engine.processes.run(command, self._started(command), self._heard(listener))
        finally:
            engine.runs.drop_prompt(run)
            merge_state.keep(engine, self.state, step=Step.WAITING)
        if isinstance(ended, Refusal):
            return ended
        self._say(listener.end())
        self._say([AgentEnded(ended.code, round(ended.seconds, 3), ended.reason)])
        if engine.git.stash() != stash:
            self._say([Note("`git stash` was used meanwhile: all worktrees share it")])
        error = listener.trouble(ended.well)
        if ended.well and not error:
            return None
        said = ended.reason or error or f"exit code {ended.code}"
        return Refusal(f"the agent gave up: {said}")

    def _command(self, text: str, file: str) -> Command:
        engine, folder = self.engine, _folder(self.engine, self.state)
        model = self.record.model or engine.config.model or self.provider.model
        call = Call(text, file, model)
        document = _document(engine, self.record)
        argv = table.argv(self.provider, engine.files, document, call)
        stdin = specfile.encode(text) if self.provider.prompt == "stdin" else None
        env = _environment(engine, self.record, self.state)
        timeout, mark = float(self.provider.timeout), env["CHANT_RUN"]
        return Command(argv, folder, env, stdin, timeout, mark)

    def _started(self, command: Command) -> Callable[[ProcessId], None]:
        def started(process: ProcessId) -> None:
            merge_state.keep(self.engine, self.state, step=Step.AGENT, agent=process)
            self.engine.fault("agent")
            self._say([AgentStarted(process.pid, command.argv)])

        return started

    def _heard(self, listener: Listener) -> Callable[[Sequence[tuple[str, str]]], None]:
        def heard(lines: Sequence[tuple[str, str]]) -> None:
            for stream, text in lines:
                self._say(listener.hear(stream, text))

        return heard

    def _say(self, events: Sequence[RunEvent]) -> None:
        now = self.engine.clock.now()
        lines = "".join(f"{now} {told_line(event)}\n" for event in events)
        self.engine.runs.write_log(self.record.spec, lines)
        for event in events:
            self.tell(event)


def _judged(engine: Engine, record: RunRecord, state: MergeState, tell: Tell) -> str | Unfit:
    """The tree that is accepted and passes the project's checks. Files that the agent blanked are
    in conflict again afterwards."""
    tree = accepted(engine, state, by_agent=True)
    if isinstance(tree, Unfit):
        engine.git.conflict_again(state.tree, tree.blank)
        return tree
    for command in engine.config.verify:
        said = _fails(engine, record, state, command, tell)
        if said is not None:
            engine.git.take_tree(state.tree, tree)
            return Unfit(Refusal(f"`{command}` fails", details=said))
    return tree


def _fails(
    engine: Engine, record: RunRecord, state: MergeState, command: str, tell: Tell
) -> tuple[str, ...] | None:
    """The last lines that a check printed, None when it passed."""
    env, folder = _environment(engine, record, state), _folder(engine, state)
    passed, tail = ran(engine, command, folder, env)
    tell(CheckRan(command, passed, "", "" if passed else "\n".join(tail)))
    return None if passed else tail


def _prompt(engine: Engine, record: RunRecord, state: MergeState, why: str) -> str | Refusal:
    here = replace(record, worktree=state.folder)
    document = _document(engine, record)
    made = prompt.assemble(engine, engine.load(), here, document, PROMPT)
    if isinstance(made, Refusal):
        return made
    doing = "being rebased onto" if state.rebasing else "being merged into"
    task = _TASK.format(
        branch=record.branch,
        doing=doing,
        target=record.base_branch,
        folder=state.folder,
        paths="\n".join(f"- {path}" for path in state.paths),
    )
    return "\n".join((made.text, task, *((_AGAIN.format(why=why),) if why else ())))


def _environment(engine: Engine, record: RunRecord, state: MergeState) -> dict[str, str]:
    here = replace(record, worktree=state.folder)
    spec = _folder(engine, state) / record.spec_path
    return surroundings(engine, here, spec)


def _folder(engine: Engine, state: MergeState) -> Path:
    """The project's root in the conflicted folder."""
    below = state.tree / engine.git.prefix
    return below if below.is_dir() else state.tree


def _document(engine: Engine, record: RunRecord) -> Document:
    """The spec as it was worked."""
    return parse(specfile.decode(engine.runs.snapshot(record.run) or b""), record.spec)
