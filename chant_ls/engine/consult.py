"""An agent asked for words alone: it works in a checkout of its own, of which nothing is kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine import agent, prompt
from chant_ls.engine.agents.listener import Listener
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import AgentStarted, Output, RunEvent
from chant_ls.engine.git_port import GitError, Worktree
from chant_ls.engine.guards import Approved
from chant_ls.engine.json_answer import Answer, Wrong
from chant_ls.engine.ports import REPO, REPO_WAIT, Stop
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.model.refusal import Refusal

Hear = Callable[[RunEvent], None]
"""Called with what the agent says and does while it thinks."""

STOPPED = Refusal("the agent was stopped before it had answered", "nothing was changed")


@dataclass(frozen=True, slots=True)
class Consultation:
    """An agent that may be asked, several times, in the same checkout. Never written as a run."""

    engine: Engine
    approved: Approved
    record: RunRecord
    hear: Hear
    stop: Stop | None = None

    @property
    def copy(self) -> Path:
        folder = Path(self.record.worktree) / self.engine.git.prefix
        return folder / self.record.spec_path

    def brief(self) -> str | Refusal:
        """The prompt that was chosen, filled."""
        engine, approved = self.engine, self.approved
        made = prompt.assemble(
            engine, engine.load(), self.record, approved.document, approved.prompt
        )
        return made if isinstance(made, Refusal) else made.text

    def ask(self, text: str) -> str | Refusal:
        """All that the agent said, when it ended well."""
        listener = Listener(self.approved.provider)
        words = _Words(self.hear, listener)
        start = agent.command(self.engine, self.approved, self.record, text, self.copy)

        def began(process: ProcessId) -> None:
            self.hear(AgentStarted(process.pid, start.argv))

        try:
            ended = self.engine.processes.run(start, began, words.lines, self.stop)
        finally:
            self.engine.runs.drop_prompt(self.record.run)
        if isinstance(ended, Refusal):
            return ended
        if self.stop and self.stop.reason:
            return STOPPED
        words.end()
        error = listener.trouble(ended.well)
        if ended.well and not error:
            return "\n".join(words.said)
        why = error or ended.reason or f"exit code {ended.code}"
        said = tuple((words.complaints or words.said)[-20:])
        return Refusal(f"the agent failed: {why}", "nothing was changed; try again", said)


def answered(asked: Consultation, read: Callable[[str], Answer | Wrong]) -> Answer | Refusal:
    """What `read` makes of the agent's answer to the brief; asked once more where it is wrong."""
    brief = asked.brief()
    if isinstance(brief, Refusal):
        return brief
    first = asked.ask(brief)
    if isinstance(first, Refusal):
        return first
    found = read(first)
    if not isinstance(found, Wrong):
        return found
    second = asked.ask(_again(brief, found))
    if isinstance(second, Refusal):
        return second
    found = read(second)
    if not isinstance(found, Wrong):
        return found
    return Refusal(
        f"the agent's answer cannot be used: {found.problems[0]}",
        "nothing was changed; try again, or another `--model`",
        found.problems[1:],
    )


def _again(brief: str, wrong: Wrong) -> str:
    problems = "\n".join(f"- {problem}" for problem in wrong.problems)
    return (
        f"{brief}\n## Your last answer was refused\n\n{problems}\n\n"
        f"It read:\n\n{wrong.answer}\n\nAnswer again, whole, by the rules above.\n"
    )


@contextmanager
def consultation(
    engine: Engine, approved: Approved, name: str, hear: Hear, stop: Stop | None = None
) -> Iterator[Consultation | Refusal]:
    """`name` tells the checkout from others of the spec: `split`. The spec in it is as the user
    sees it. The caller holds the lock of the spec."""
    run = f"{approved.id}.{name}"
    tree = engine.worktrees / run
    record = RunRecord(
        run,
        approved.id,
        worktree=str(tree),
        base_branch=approved.base.branch,
        base_sha=approved.base.commit,
        spec_path=approved.file.path,
        model=approved.model,
        provider=approved.provider.name,
    )
    problem = _add(engine, tree, approved.base.commit)
    if problem:
        yield problem
        return
    asked = Consultation(engine, approved, record, hear, stop)
    try:
        files = engine.files.at(tree / engine.git.prefix)
        yield files.write(approved.file.path, approved.data) or asked
    finally:
        _drop(engine, tree)


def ours(tree: Worktree) -> bool:
    """Whether it was made for a consultation: only such a one may go with all that is in it."""
    return tree.locked == _reason(tree.path) and not tree.head.branch


def discard_checkout(engine: Engine, tree: Path) -> Refusal | None:
    """A checkout made for a consultation goes, with everything in it. The caller holds the lock of
    the repository."""
    if tree.is_dir():
        engine.git.discard(tree)
    engine.git.unlock_worktree(tree)
    error = engine.git.remove_worktree(tree)
    return error.refusal(f"the checkout {tree} could not be removed") if error else None


def _drop(engine: Engine, tree: Path) -> None:
    """What cannot be removed now is found by `chant cleanup`."""
    held = engine.runs.lock(REPO, REPO_WAIT)
    if not isinstance(held, Refusal):
        with held:
            discard_checkout(engine, tree)


def _add(engine: Engine, tree: Path, commit: str) -> Refusal | None:
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        refusal = _without_the_last(engine, tree) if tree.exists() else None
        if refusal:
            return refusal
        error = engine.git.detached_worktree(tree, commit, _reason(tree))
    return error.refusal("no checkout could be made for the agent") if error else None


def _without_the_last(engine: Engine, tree: Path) -> Refusal | None:
    """That of a consultation that was killed."""
    known = engine.git.worktrees()
    if isinstance(known, GitError):
        return known.refusal("the worktrees could not be listed")
    if any(ours(one) for one in known if one.path.resolve() == tree.resolve()):
        return discard_checkout(engine, tree)
    return Refusal(f"{tree} is not one of chant's checkouts", "move it away, and try again")


def _reason(tree: Path) -> str:
    """Why git is to keep it; how it is known again."""
    return f"chant asks an agent here: {tree.name}"


class _Words:
    """Puts an agent's words together while handing its events on."""

    def __init__(self, hear: Hear, listener: Listener) -> None:
        self.said: list[str] = []
        self.complaints: list[str] = []
        self._hear, self._listener = hear, listener

    def lines(self, lines: Sequence[tuple[str, str]]) -> None:
        for stream, text in lines:
            for event in self._listener.hear(stream, text):
                self._event(event)

    def end(self) -> None:
        for event in self._listener.end():
            self._event(event)

    def _event(self, event: RunEvent) -> None:
        if isinstance(event, Output):
            (self.complaints if event.stream == "stderr" else self.said).append(event.text)
        self._hear(event)
